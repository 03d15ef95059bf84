import { leaseSecondsOf, newId, type Dependency, type Id, type Lane } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import type { DataSource } from 'typeorm';

export interface WorkRow {
  readonly id: Id;
  readonly kind: 'job' | 'event';
  readonly name: string;
  readonly key: Id;
  readonly event_id: Id | null;
  readonly attempts: number;
  readonly losses: number;
  readonly waits_for: Dependency | null;
  readonly waits_since: Date | null;
  /** For how long it has waited for that, by the database's clock; 0 where it does not. */
  readonly waited_seconds: number;
  readonly traceparent: string | null;
  /** Of this one try: the same worker may take the work again while an older try of its own still runs. */
  readonly lease_owner: string;
}

/** How much of a lane one unit and one person may have running at once, over all workers; null: as much as there are places. */
export interface Shares {
  readonly perUnit: number | null;
  readonly perPerson: number | null;
}

const columns = `id, kind, name, key, event_id, attempts, losses, waits_for, waits_since, traceparent, lease_owner,
  coalesce(extract(epoch FROM now() - waits_since), 0)::float AS waited_seconds`;

/** Work that was ordered within so many seconds goes by when it was ordered, also when it is tried again. */
const youngSeconds = 30;
/**
 * In which order work of a lane is taken. Cuts that many ordered at the same time are brought to their end one after another: were each new
 * one begun before an older one is tried again, all of them would end with the last. What is not ended after a while waits its turn among
 * the new ones, so that cuts that cannot end keep none from beginning.
 */
const turnOf = {
  due: 'due_at, id',
  cuts: `CASE WHEN created_at > now() - interval '${String(youngSeconds)} seconds' THEN created_at ELSE due_at END, id`,
};
/** Takes the first due work of a lane under a lease, so many at most, or that of one id alone. */
const firstOf = (lane: Lane): string => `
  WITH next AS MATERIALIZED (
    SELECT id FROM platform.work WHERE state = 'due' AND lane = $1 AND due_at <= now() AND ($3::uuid IS NULL OR id = $3)
    ORDER BY ${lane === 'cuts' ? turnOf.cuts : turnOf.due} LIMIT $4 FOR UPDATE SKIP LOCKED)
  UPDATE platform.work SET state = 'leased', lease_owner = $2 || '/' || gen_random_uuid(), lease_until = now() + make_interval(secs => $5)
  WHERE id IN (SELECT id FROM next)
  RETURNING ${columns}`;

export const renewSql = `UPDATE platform.work SET lease_until = now() + make_interval(secs => $3)
  WHERE id = $1 AND state = 'leased' AND lease_owner = $2`;

const nobody = `'00000000-0000-0000-0000-000000000000'::uuid`;
const [unit, person] = [`coalesce(unit_id, ${nobody})`, `coalesce(person_id, ${nobody})`];
/** Should others hold the first, the next of so many is taken. */
const candidates = 8;
/**
 * The same for a lane that people share: whose unit, then whose person, has least running comes first, and nobody has more than a share.
 * It steps from one who has work waiting to the next and reads the longest due of each, so it costs by how many wait, not by how much.
 */
const fairest = `
  WITH RECURSIVE waits (unit, person) AS (
    (SELECT ${unit}, ${person} FROM platform.work WHERE state = 'due' AND lane = $1 ORDER BY 1, 2 LIMIT 1)
    UNION ALL
    SELECT next.* FROM waits CROSS JOIN LATERAL (
      SELECT ${unit}, ${person} FROM platform.work
      WHERE state = 'due' AND lane = $1 AND (${unit}, ${person}) > (waits.unit, waits.person) ORDER BY 1, 2 LIMIT 1) next),
  running AS MATERIALIZED (SELECT unit_id, person_id FROM platform.work WHERE state = 'leased' AND lane = $1),
  next AS MATERIALIZED (
    SELECT first.id, coalesce(of_unit.running, 0) AS of_unit, coalesce(of_person.running, 0) AS of_person, first.due_at
    FROM waits
      LEFT JOIN (SELECT unit_id, count(*) AS running FROM running GROUP BY unit_id) of_unit ON of_unit.unit_id = waits.unit
      LEFT JOIN (SELECT person_id, count(*) AS running FROM running GROUP BY person_id) of_person ON of_person.person_id = waits.person
      CROSS JOIN LATERAL (
        SELECT id, due_at FROM platform.work
        WHERE state = 'due' AND lane = $1 AND ${unit} = waits.unit AND ${person} = waits.person AND due_at <= now()
        ORDER BY due_at, id LIMIT 1) first
    WHERE coalesce(of_unit.running, 0) < coalesce($3::int, 2147483647) AND coalesce(of_person.running, 0) < coalesce($4::int, 2147483647)
    ORDER BY 2, 3, 4, 1 LIMIT ${String(candidates)})
  UPDATE platform.work SET state = 'leased', lease_owner = $2 || '/' || gen_random_uuid(), lease_until = now() + make_interval(secs => $5)
  WHERE id = (
    SELECT waiting.id FROM next JOIN platform.work waiting ON waiting.id = next.id AND waiting.state = 'due'
    ORDER BY next.of_unit, next.of_person, next.due_at, next.id LIMIT 1 FOR UPDATE OF waiting SKIP LOCKED)
  RETURNING ${columns}`;

/** @returns the next work of the lane, now leased to `owner`: as much as is due and may run, but of a shared lane one at a time. */
export async function claim(dataSource: DataSource, lane: Lane, owner: string, shares: Shares, most: number): Promise<readonly WorkRow[]> {
  if (shares.perUnit === null && shares.perPerson === null) {
    const [rows]: [WorkRow[], number] = await dataSource.query(firstOf(lane), [lane, owner, null, most, leaseSecondsOf[lane]]);
    return rows;
  }
  return dataSource.transaction(async (manager) => {
    // One claim of a shared lane at a time: two at once would both see a share free.
    await manager.query(`SELECT pg_advisory_xact_lock(hashtext('opdomain.lane'), hashtext($1))`, [lane]);
    const [rows]: [WorkRow[], number] = await manager.query(fairest, [lane, owner, shares.perUnit, shares.perPerson, leaseSecondsOf[lane]]);
    return rows;
  });
}

/**
 * Asks the queue for a piece of work by the statements with which a worker takes it and goes on with it, and takes neither: for probes,
 * in a transaction of their own. @returns `refused` when both are, `taken` when one would have gone through.
 */
export async function tryWork(tx: Tx, workId: Id): Promise<'refused' | 'taken'> {
  const manager = managerOf(tx);
  const [work]: { lane: Lane; lease_owner: string | null }[] = await manager.query(
    'SELECT lane, lease_owner FROM platform.work WHERE id = $1',
    [workId],
  );
  if (work === undefined) return 'refused';
  await manager.query('SAVEPOINT try_work');
  const [, claimed]: [unknown, number] = await manager.query(firstOf(work.lane), [
    work.lane,
    newId(),
    workId,
    1,
    leaseSecondsOf[work.lane],
  ]);
  const [, renewed]: [unknown, number] = await manager.query(renewSql, [workId, work.lease_owner ?? '', 60]);
  await manager.query('ROLLBACK TO SAVEPOINT try_work');
  return claimed + renewed === 0 ? 'refused' : 'taken';
}
