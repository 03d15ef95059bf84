import { type Id, type Instant, type JobType, type JsonObject, type Lane } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { keyOf, limitOf, managerOf, pageFrom } from '#platform/database/persistence';
import { refuse } from './refusals.js';

/** What an operator sees of queued work: names, keys, counts and error codes, never a payload of data. */
export interface WorkView {
  readonly id: Id;
  readonly name: string;
  readonly lane: Lane;
  readonly key: Id;
  readonly state: 'due' | 'leased' | 'done' | 'dead' | 'cancelled';
  readonly attempts: number;
  readonly dueAt: Instant;
  readonly lastError: string | null;
  readonly progress: JsonObject | null;
  readonly unitId: Id | null;
  readonly orderedAt: Instant;
  readonly finishedAt: Instant | null;
}

const columns = `id, name, lane, key, state, attempts, due_at AS "dueAt", last_error AS "lastError", progress, unit_id AS "unitId",
  created_at AS "orderedAt", finished_at AS "finishedAt"`;

interface Found extends Omit<WorkView, 'dueAt' | 'orderedAt' | 'finishedAt'> {
  readonly dueAt: Date;
  readonly orderedAt: Date;
  readonly finishedAt: Date | null;
}
const viewOf = (row: Found): WorkView => ({
  ...row,
  dueAt: row.dueAt.toISOString(),
  orderedAt: row.orderedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
});

/** A page of queued work, newest order first. */
export async function listWork(
  tx: Tx,
  filter: { state?: string | undefined; name?: string | undefined; lane?: Lane | undefined },
  request: PageRequest = {},
): Promise<Page<WorkView>> {
  const limit = limitOf(request);
  const rows: Found[] = await managerOf(tx).query(
    `SELECT ${columns} FROM platform.work WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR name = $2)
       AND ($3::text IS NULL OR lane = $3) AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`,
    [filter.state ?? null, filter.name ?? null, filter.lane ?? null, keyOf(request) ?? null, limit + 1],
  );
  return pageFrom(rows.map(viewOf), limit, ({ id }) => id);
}

/** Work by its id, or the newest order about an object (its key). */
export async function findWork(tx: Tx, idOrKey: Id): Promise<WorkView | undefined> {
  const rows: Found[] = await managerOf(tx).query(
    `SELECT ${columns} FROM platform.work WHERE id = $1 OR (key = $1 AND kind = 'job') ORDER BY (id = $1) DESC, id DESC LIMIT 1`,
    [idOrKey],
  );
  return rows[0] === undefined ? undefined : viewOf(rows[0]);
}

/** Work by id, all of it in one look; what is gone is left out. */
export async function workOf(tx: Tx, ids: readonly Id[]): Promise<ReadonlyMap<Id, WorkView>> {
  const rows: Found[] = await managerOf(tx).query(`SELECT ${columns} FROM platform.work WHERE id = ANY ($1::uuid[])`, [ids]);
  return new Map(rows.map((row) => [row.id, viewOf(row)]));
}

/** The newest order of a job about an object. */
export async function workFor(tx: Tx, job: JobType, key: Id): Promise<WorkView | undefined> {
  const rows: Found[] = await managerOf(tx).query(
    `SELECT ${columns} FROM platform.work WHERE name = $1 AND key = $2 ORDER BY created_at DESC, id DESC LIMIT 1`,
    [job.name, key],
  );
  return rows[0] === undefined ? undefined : viewOf(rows[0]);
}

/**
 * Puts a dead letter back to work, from its first try. @returns whether there was one.
 * @throws Refusal `queue.already-open` when the same work has been ordered again meanwhile: that order does what the dead letter would.
 */
export async function replayWork(tx: Tx, id: Id): Promise<boolean> {
  const open: { id: Id }[] = await managerOf(tx).query(
    `SELECT other.id FROM platform.work dead JOIN platform.work other ON other.name = dead.name AND other.key = dead.key
       AND other.kind = 'job' AND other.state IN ('due', 'leased') WHERE dead.id = $1 AND dead.state = 'dead' AND dead.kind = 'job'`,
    [id],
  );
  if (open[0] !== undefined) throw refuse('queue.already-open', { id: open[0].id });
  const [, count]: [unknown, number] = await managerOf(tx).query(
    `UPDATE platform.work SET state = 'due', attempts = 0, due_at = now(), rung_at = NULL, finished_at = NULL WHERE id = $1 AND state = 'dead'`,
    [id],
  );
  return count === 1;
}
