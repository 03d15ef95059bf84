import type { Id, Lane } from '#kernel';
import type { DataSource } from 'typeorm';

export interface WorkRow {
  readonly id: Id;
  readonly kind: 'job' | 'event';
  readonly name: string;
  readonly key: Id;
  readonly event_id: Id | null;
  readonly attempts: number;
  readonly traceparent: string | null;
}

/** How much of a lane one unit and one person may have running at once, over all workers; null: as much as there are places. */
export interface Shares {
  readonly perUnit: number | null;
  readonly perPerson: number | null;
}

const columns = 'id, kind, name, key, event_id, attempts, traceparent';
/** Until the handler's own lease is set, at once after the claim. */
const firstLease = `interval '60 seconds'`;

/** Takes the longest due work of a lane under a lease. */
const oldest = `
  UPDATE platform.work SET state = 'leased', attempts = attempts + 1, lease_owner = $2, lease_until = now() + ${firstLease}
  WHERE id = (SELECT id FROM platform.work WHERE state = 'due' AND lane = $1 AND due_at <= now()
              ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING ${columns}`;

/** The same for a lane that people share: whose unit, then whose person, has least running comes first, and nobody has more than a share. */
const fairest = `
  UPDATE platform.work SET state = 'leased', attempts = attempts + 1, lease_owner = $2, lease_until = now() + ${firstLease}
  WHERE id = (
    SELECT waiting.id FROM platform.work waiting
      LEFT JOIN (SELECT unit_id, count(*) AS running FROM platform.work WHERE state = 'leased' AND lane = $1 GROUP BY unit_id) unit
        ON unit.unit_id = waiting.unit_id
      LEFT JOIN (SELECT person_id, count(*) AS running FROM platform.work WHERE state = 'leased' AND lane = $1 GROUP BY person_id) person
        ON person.person_id = waiting.person_id
    WHERE waiting.state = 'due' AND waiting.lane = $1 AND waiting.due_at <= now()
      AND coalesce(unit.running, 0) < coalesce($3::int, 2147483647) AND coalesce(person.running, 0) < coalesce($4::int, 2147483647)
    ORDER BY coalesce(unit.running, 0), coalesce(person.running, 0), waiting.due_at, waiting.id
    LIMIT 1 FOR UPDATE OF waiting SKIP LOCKED)
  RETURNING ${columns}`;

/** @returns the next work of the lane, now leased to `owner`, or undefined where nothing is due that may run. */
export async function claim(dataSource: DataSource, lane: Lane, owner: string, shares: Shares): Promise<WorkRow | undefined> {
  if (shares.perUnit === null && shares.perPerson === null) {
    const [rows]: [WorkRow[], number] = await dataSource.query(oldest, [lane, owner]);
    return rows[0];
  }
  return dataSource.transaction(async (manager) => {
    // One claim of a shared lane at a time: two at once would both see a share free.
    await manager.query(`SELECT pg_advisory_xact_lock(hashtext('opdomain.lane'), hashtext($1))`, [lane]);
    const [rows]: [WorkRow[], number] = await manager.query(fairest, [lane, owner, shares.perUnit, shares.perPerson]);
    return rows[0];
  });
}
