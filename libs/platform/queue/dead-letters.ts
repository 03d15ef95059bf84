import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';

/** What an operator sees of queued work: names, keys, counts and error codes, never a payload of data. */
export interface WorkView {
  readonly id: Id;
  readonly name: string;
  readonly key: Id;
  readonly state: 'due' | 'leased' | 'done' | 'dead' | 'cancelled';
  readonly attempts: number;
  readonly dueAt: string;
  readonly lastError: string | null;
  readonly progress: unknown;
}

const columns = `id, name, key, state, attempts, due_at AS "dueAt", last_error AS "lastError", progress`;

export async function listWork(tx: Tx, filter: { state?: string | undefined; name?: string | undefined }, limit = 50): Promise<WorkView[]> {
  return managerOf(tx).query(
    `SELECT ${columns} FROM platform.work WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR name = $2) ORDER BY id DESC LIMIT $3`,
    [filter.state ?? null, filter.name ?? null, Math.min(limit, 200)],
  );
}

/** The newest order of a name and key. */
export async function workFor(tx: Tx, name: string, key: Id): Promise<WorkView | undefined> {
  const rows: WorkView[] = await managerOf(tx).query(
    `SELECT ${columns} FROM platform.work WHERE name = $1 AND key = $2 ORDER BY id DESC LIMIT 1`,
    [name, key],
  );
  return rows[0];
}

/** Puts a dead letter back to work, from its first try. @returns whether there was one. */
export async function replayWork(tx: Tx, id: Id): Promise<boolean> {
  const [, count]: [unknown, number] = await managerOf(tx).query(
    `UPDATE platform.work SET state = 'due', attempts = 0, due_at = now(), rung_at = NULL, finished_at = NULL WHERE id = $1 AND state = 'dead'`,
    [id],
  );
  return count === 1;
}
