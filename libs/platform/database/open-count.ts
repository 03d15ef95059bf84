import type { Id } from '#kernel';
import { managerOf, type Tx } from './tx.js';

export interface OpenCount {
  readonly person: number;
  readonly unit: number;
}

/**
 * Counts the rows of a table that are open, of one person and of one unit. Whoever counts for the same unit next waits until this
 * transaction has ended: many at once do not all find room for one.
 * @param open SQL of ours, never input
 */
export async function countOpen(
  tx: Tx,
  table: string,
  { person, unit }: { readonly person: readonly [column: string, id: Id]; readonly unit: readonly [column: string, id: Id] },
  open: string,
): Promise<OpenCount> {
  const manager = managerOf(tx);
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${table} ${unit[1]}`]);
  const rows: OpenCount[] = await manager.query(
    `SELECT count(*) FILTER (WHERE ${person[0]} = $1)::int AS person, count(*) FILTER (WHERE ${unit[0]} = $2)::int AS unit
     FROM ${table} WHERE ${open} AND (${person[0]} = $1 OR ${unit[0]} = $2)`,
    [person[1], unit[1]],
  );
  return rows[0] ?? { person: 0, unit: 0 };
}
