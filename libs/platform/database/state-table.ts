import { refuse, type Id } from '#kernel';
import type { EntityManager, EntityTarget, FindOptionsWhere, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';
import { managerOf, type Tx } from './tx.js';

/** Columns that every state table has: the id, and a version that each change raises by one (ETag, compare-and-set). */
export interface Versioned extends ObjectLiteral {
  id: Id;
  version: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page, or null at the end. */
  readonly next: string | null;
}
export interface PageRequest {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

const cursorOf = (id: Id): string => Buffer.from(id).toString('base64url');
const idOf = (cursor: string): Id => Buffer.from(cursor, 'base64url').toString();

/**
 * The few things every repository does with a state table. The row type is what the domain reads; entities stay here.
 * Changes compare the version that was read and raise it: two writers at once, one wins, the other gets `state.changed-meanwhile`.
 */
export class StateTable<Row extends Versioned> {
  constructor(
    private readonly entity: EntityTarget<Row>,
    /** Prefix of the refusal `<what>.not-found`. */
    private readonly what: string,
    /** False for rows that change along with another object: the caller's If-Match names that object's version, not theirs. */
    private readonly ifMatchApplies = true,
  ) {}

  manager(tx: Tx): EntityManager {
    return managerOf(tx);
  }

  async insert(tx: Tx, row: Omit<Row, 'version'>): Promise<Row> {
    const whole = { ...row, version: 1 } as unknown as Row;
    await managerOf(tx).insert(this.entity, whole);
    return whole;
  }

  async find(tx: Tx, id: Id): Promise<Row | undefined> {
    return (await managerOf(tx).findOne(this.entity, { where: { id } as FindOptionsWhere<Row> })) ?? undefined;
  }

  /** @throws Refusal `<what>.not-found` (404). */
  async get(tx: Tx, id: Id): Promise<Row> {
    return this.present(await this.find(tx, id), id);
  }

  /** Reads and locks until the transaction ends: `update` to change it, `share` when a decision rests on it. @throws `<what>.not-found`. */
  async lock(tx: Tx, id: Id, mode: 'update' | 'share' = 'update'): Promise<Row> {
    const row = await managerOf(tx).findOne(this.entity, {
      where: { id } as FindOptionsWhere<Row>,
      lock: { mode: mode === 'update' ? 'pessimistic_write' : 'pessimistic_read' },
    });
    return this.present(row ?? undefined, id);
  }

  /** @throws Refusal `state.changed-meanwhile` (409) when the row is no longer what was read, `http.precondition-failed` (412) on If-Match. */
  async update(tx: Tx, row: Row, change: Partial<Omit<Row, 'id' | 'version'>>): Promise<Row> {
    if (this.ifMatchApplies && tx.context.ifMatch !== undefined && tx.context.ifMatch !== row.version)
      throw refuse('http.precondition-failed', { version: row.version });
    const next = { ...row, ...change, version: row.version + 1 };
    const result = await managerOf(tx).update(this.entity, { id: row.id, version: row.version }, {
      ...change,
      version: row.version + 1,
    } as unknown as QueryDeepPartialEntity<Row>);
    if (result.affected !== 1) throw refuse('state.changed-meanwhile', { id: row.id });
    return next;
  }

  async where(tx: Tx, where: FindOptionsWhere<Row> | FindOptionsWhere<Row>[]): Promise<Row[]> {
    return managerOf(tx).find(this.entity, { where, order: { id: 'ASC' } as never });
  }

  /** Newest first. @param limit 1 to 200, default 50. */
  async page(tx: Tx, where: FindOptionsWhere<Row> | FindOptionsWhere<Row>[], request: PageRequest): Promise<Page<Row>> {
    const limit = Math.min(Math.max(request.limit ?? 50, 1), 200);
    const query = managerOf(tx)
      .createQueryBuilder(this.entity, 'row')
      .where(where)
      .orderBy('row.id', 'DESC')
      .limit(limit + 1);
    if (request.cursor !== undefined) query.andWhere('row.id < :cursor', { cursor: idOf(request.cursor) });
    const rows = await query.getMany();
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return { items, next: rows.length > limit && last !== undefined ? cursorOf(last.id) : null };
  }

  private present(row: Row | undefined, id: Id): Row {
    if (row === undefined) throw refuse(`${this.what}.not-found`, { id });
    return row;
  }
}
