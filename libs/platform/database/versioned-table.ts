import { refuse, type Id } from '#kernel';
import type { EntityManager, EntityTarget, FindOptionsWhere, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';
import { managerOf, type Tx } from './tx.js';

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

/** Columns that every changing table has: the id, and a version that each change raises by one (ETag, compare-and-set). */
export interface Versioned extends ObjectLiteral {
  id: Id;
  version: number;
}

/** What `update` may change: anything but the id, the version and the state, which only `StateTable.move` writes. */
export type Change<Row extends Versioned> = Partial<Omit<Row, 'id' | 'version' | 'state'>> & { readonly state?: never };

export interface TableOptions {
  /** Prefix of the refusal `<what>.not-found`. */
  readonly what: string;
  /** False for rows that change along with another object: the caller's If-Match names that object's version, not theirs. */
  readonly ifMatchApplies?: boolean;
}

/**
 * The few things every repository does with a table whose rows change. The row type is what the domain reads; entities stay here.
 * Changes compare the version that was read and raise it: two writers at once, one wins, the other gets `state.changed-meanwhile`.
 */
export class VersionedTable<Row extends Versioned> {
  constructor(
    readonly entity: EntityTarget<Row>,
    protected readonly options: TableOptions,
  ) {}

  get what(): string {
    return this.options.what;
  }

  manager(tx: Tx): EntityManager {
    return managerOf(tx);
  }

  protected async add(tx: Tx, row: Omit<Row, 'version'>): Promise<Row> {
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
  update(tx: Tx, row: Row, change: Change<Row>): Promise<Row> {
    return this.write(tx, row, change);
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

  protected async write(tx: Tx, row: Row, change: object): Promise<Row> {
    if (this.options.ifMatchApplies !== false && tx.context.ifMatch !== undefined && tx.context.ifMatch !== row.version)
      throw refuse('http.precondition-failed', { version: row.version });
    const next = { ...row, ...change, version: row.version + 1 };
    const result = await managerOf(tx).update(this.entity, { id: row.id, version: row.version }, {
      ...change,
      version: row.version + 1,
    } as unknown as QueryDeepPartialEntity<Row>);
    if (result.affected !== 1) throw refuse('state.changed-meanwhile', { id: row.id });
    return next;
  }

  private present(row: Row | undefined, id: Id): Row {
    if (row === undefined) throw refuse(`${this.what}.not-found`, { id });
    return row;
  }
}

/** A table whose rows have no states. */
export class RowTable<Row extends Versioned & { readonly state?: never }> extends VersionedTable<Row> {
  insert(tx: Tx, row: Omit<Row, 'version'>): Promise<Row> {
    return this.add(tx, row);
  }
}
