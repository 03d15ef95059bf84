import type { EntityTarget, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { managerOf, type Tx } from './tx.js';

export type RowLockMode = 'update' | 'share';

/** Rows that a transaction has locked: whoever waits for one of them waits for it, so it must not stand behind them again. */
const held = new WeakMap<Tx, Set<string>>();
const turnOf = `hashtextextended($1, 0)`;

/**
 * Reads and locks a row until the transaction ends: `update` to change it, `share` when a decision rests on it. Whoever wants to change it
 * has a turn: PostgreSQL lets new sharers past a writer who waits, so that a few who rest on a row all the time, one after another, would keep
 * it from being changed for ever. Here those who come after the writer wait for it.
 * @param name of the row among all rows, e.g. `authorisations.authorisations/0190…`
 */
export async function lockedRow<Row extends ObjectLiteral>(
  tx: Tx,
  entity: EntityTarget<Row>,
  where: FindOptionsWhere<Row>,
  name: string,
  mode: RowLockMode,
): Promise<Row | undefined> {
  const manager = managerOf(tx);
  const mine = held.get(tx) ?? new Set<string>();
  held.set(tx, mine);
  const first = !mine.has(name);
  if (mode === 'share') {
    // Passed and not kept: only a writer stays in it.
    if (first) await manager.query(`SELECT pg_advisory_lock_shared(${turnOf}), pg_advisory_unlock_shared(${turnOf})`, [name]);
  } else {
    const free = await manager.findOne(entity, { where, lock: { mode: 'pessimistic_write', onLocked: 'skip_locked' } });
    if (free !== null) {
      mine.add(name);
      return free;
    }
    await manager.query(`SELECT pg_advisory_xact_lock(${turnOf})`, [name]);
  }
  const row = await manager.findOne(entity, { where, lock: { mode: mode === 'update' ? 'pessimistic_write' : 'pessimistic_read' } });
  if (row !== null) mine.add(name);
  return row ?? undefined;
}
