import type { Id } from '#kernel';
import type { EntityManager } from 'typeorm';
import { managerOf, type Tx } from './tx.js';

export interface OpenCount {
  readonly person: number;
  readonly unit: number;
}

type Named = readonly [column: string, id: Id | null];
interface Whose {
  readonly person: Named;
  readonly unit: Named;
}

/** Rows of a table that are open, of one person and of one unit. @param open SQL of ours, never input */
export async function openOf(manager: EntityManager, table: string, { person, unit }: Whose, open: string): Promise<OpenCount> {
  const rows: OpenCount[] = await manager.query(
    `SELECT count(*) FILTER (WHERE ${person[0]} = $1)::int AS person, count(*) FILTER (WHERE ${unit[0]} = $2)::int AS unit
     FROM ${table} WHERE ${open} AND (${person[0]} = $1 OR ${unit[0]} = $2)`,
    [person[1], unit[1]],
  );
  return rows[0] ?? { person: 0, unit: 0 };
}

/**
 * Counts the rows of a table that are open, of one person and of one unit. Whoever counts for the same unit next waits until this
 * transaction has ended: many at once do not all find room for one.
 * @param open SQL of ours, never input
 */
export async function countOpen(tx: Tx, table: string, whose: Whose, open: string): Promise<OpenCount> {
  const manager = managerOf(tx);
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${table} ${String(whose.unit[1])}`]);
  return openOf(manager, table, whose, open);
}
