import { type Dependency, type Id, type Instant, type JsonObject, type Lane } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { keyOf, limitOf, managerOf, pageFrom } from '#platform/database/persistence';

/** A dependency that is away, and since when work waits for it. */
export interface Waits {
  readonly for: Dependency;
  readonly since: Instant;
}

/** What an operator sees of queued work: names, keys, counts and error codes, never a payload of data. */
export interface WorkView {
  readonly id: Id;
  readonly name: string;
  readonly lane: Lane;
  readonly key: Id;
  readonly state: 'due' | 'leased' | 'done' | 'dead' | 'cancelled';
  /** Tries that failed by the work's own fault, since it last went on. */
  readonly attempts: number;
  /** Workers that were lost with it. */
  readonly losses: number;
  readonly waits: Waits | null;
  readonly dueAt: Instant;
  readonly lastError: string | null;
  readonly progress: JsonObject | null;
  readonly unitId: Id | null;
  readonly orderedAt: Instant;
  readonly finishedAt: Instant | null;
}

const waiting = 'waits_for AS "waitsFor", waits_since AS "waitsSince"';
const columns = `id, name, lane, key, state, attempts, losses, ${waiting}, due_at AS "dueAt", last_error AS "lastError", progress, unit_id AS "unitId",
  created_at AS "orderedAt", finished_at AS "finishedAt"`;

interface Waiting {
  readonly waitsFor: Dependency | null;
  readonly waitsSince: Date | null;
}
const waitsOf = ({ waitsFor, waitsSince }: Waiting): Waits | null =>
  waitsFor === null || waitsSince === null ? null : { for: waitsFor, since: waitsSince.toISOString() };

interface Found extends Omit<WorkView, 'dueAt' | 'orderedAt' | 'finishedAt' | 'waits'>, Waiting {
  readonly dueAt: Date;
  readonly orderedAt: Date;
  readonly finishedAt: Date | null;
}
const viewOf = ({ waitsFor, waitsSince, ...row }: Found): WorkView => ({
  ...row,
  waits: waitsOf({ waitsFor, waitsSince }),
  dueAt: row.dueAt.toISOString(),
  orderedAt: row.orderedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
});

/** Open work that came to nothing at least once and is to be tried again. */
const failing = `state IN ('due', 'leased') AND (attempts > 0 OR waits_for IS NOT NULL)`;

/** A page of queued work, newest order first. */
export async function listWork(
  tx: Tx,
  filter: { state?: string | undefined; name?: string | undefined; lane?: Lane | undefined; failing?: boolean | undefined },
  request: PageRequest = {},
): Promise<Page<WorkView>> {
  const limit = limitOf(request);
  const rows: Found[] = await managerOf(tx).query(
    `SELECT ${columns} FROM platform.work WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR name = $2)
       AND ($3::text IS NULL OR lane = $3) AND ($4::uuid IS NULL OR id < $4)
       AND ($6::boolean IS NULL OR (${failing}) = $6) ORDER BY id DESC LIMIT $5`,
    [filter.state ?? null, filter.name ?? null, filter.lane ?? null, keyOf(request) ?? null, limit + 1, filter.failing ?? null],
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

/** What open jobs about some objects wait for; objects whose work waits for nothing are left out. */
async function waitsAbout(tx: Tx, keys: readonly Id[]): Promise<ReadonlyMap<Id, Waits>> {
  const rows: (Waiting & { key: Id })[] = await managerOf(tx).query(
    `SELECT key, ${waiting} FROM platform.work WHERE key = ANY ($1::uuid[]) AND kind = 'job' AND state IN ('due', 'leased') AND waits_for IS NOT NULL`,
    [keys],
  );
  return new Map(rows.map((row) => [row.key, waitsOf(row) as Waits]));
}

/** Views of objects, each with what holds its open job up. */
export async function withWaits<Row extends { readonly id: Id }, View>(
  tx: Tx,
  rows: readonly Row[],
  view: (row: Row) => View,
): Promise<(View & { readonly waits: Waits | null })[]> {
  const waits = await waitsAbout(
    tx,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({ ...view(row), waits: waits.get(row.id) ?? null }));
}

/** The view of one object, with what holds its open job up. */
export async function withWait<Row extends { readonly id: Id }, View>(
  tx: Tx,
  row: Row,
  view: (row: Row) => View,
): Promise<View & { readonly waits: Waits | null }> {
  return { ...view(row), waits: (await waitsAbout(tx, [row.id])).get(row.id) ?? null };
}

/** Has open work that failed or waits tried now, and counts its failures anew. @returns whether there was such work */
export async function retryWork(tx: Tx, id: Id): Promise<boolean> {
  const [, count]: [unknown, number] = await managerOf(tx).query(
    `UPDATE platform.work SET due_at = now(), rung_at = NULL, attempts = 0, losses = 0 WHERE id = $1 AND state = 'due' AND ${failing}`,
    [id],
  );
  return count === 1;
}
