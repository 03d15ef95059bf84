import { reachOf, sees, type Id, type Parties, type PartyKind, type Refusal } from '#kernel';
import {
  Brackets,
  type EntityManager,
  type EntityTarget,
  type FindOptionsWhere,
  type ObjectLiteral,
  type QueryDeepPartialEntity,
} from 'typeorm';
import { pageOf, type Page, type PageRequest } from './paging.js';
import { lockedRow, type RowLockMode } from './row-locks.js';
import { managerOf, type Tx } from './tx.js';
import { refuse } from './refusals.js';

/** Columns that every changing table has: the id, and a version that each change raises by one (ETag, compare-and-set). */
export interface Versioned extends ObjectLiteral {
  id: Id;
  version: number;
}

/** What `update` may change: anything but the id, the version and the state, which only `StateTable.move` writes. */
export type Change<Row extends Versioned> = Partial<Omit<Row, 'id' | 'version' | 'state'>> & { readonly state?: never };

/**
 * Where a party of a row is found: a column (by its property), or SQL that yields the ids of several, for what stands in other rows of
 * the context or in a published view. It may name properties of `row`, each with a space after it, and `:at`, the moment of the act.
 */
export type Party<Row> = (keyof Row & string) | { readonly ids: string };
export type PartyColumns<Row> = { readonly [Kind in PartyKind]?: Party<Row> };

/** What a list is narrowed by; members that are undefined narrow nothing. */
export type Narrowing<Row> = { readonly [Name in keyof FindOptionsWhere<Row>]?: FindOptionsWhere<Row>[Name] | undefined };

/** An array of ids, so that one operator compares every kind of party. */
const partySql = (party: Party<never>): string =>
  typeof party === 'string' ? `ARRAY[ row.${party} ]` : `ARRAY( ${party.ids.replace(/\s+/g, ' ')} )`;

export interface TableOptions<Row, What extends string = string> {
  /** By whom a row is seen: in lists and one by one. Tables without it have no list. */
  readonly parties?: PartyColumns<Row> | 'everyone';
  /** What a row is called. */
  readonly what: What;
  /** Its context's, whose catalogue must have `<what>.not-found`. A method, so that a table of one name is a table. */
  refuse(code: `${What}.not-found`, details: { readonly id: Id }): Refusal;
  /** False for rows that change along with another object: the caller's If-Match names that object's version, not theirs. */
  readonly ifMatchApplies?: boolean;
}

/**
 * The few things every repository does with a table whose rows change. The row type is what the domain reads; entities stay here.
 * Changes compare the version that was read and raise it: two writers at once, one wins, the other gets `state.changed-meanwhile`.
 */
export class VersionedTable<Row extends Versioned, What extends string = string> {
  constructor(
    readonly entity: EntityTarget<Row>,
    protected readonly options: TableOptions<Row, What>,
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
  async lock(tx: Tx, id: Id, mode: RowLockMode = 'update'): Promise<Row> {
    const { tablePath } = managerOf(tx).dataSource.getMetadata(this.entity);
    const row = await lockedRow(tx, this.entity, { id } as FindOptionsWhere<Row>, `${tablePath}/${id}`, mode);
    return this.present(row, id);
  }

  /** @throws Refusal `state.changed-meanwhile` (409) when the row is no longer what was read, `http.precondition-failed` (412) on If-Match. */
  update(tx: Tx, row: Row, change: Change<Row>): Promise<Row> {
    return this.write(tx, row, change);
  }

  async where(tx: Tx, where: FindOptionsWhere<Row> | FindOptionsWhere<Row>[]): Promise<Row[]> {
    return managerOf(tx).find(this.entity, { where, order: { id: 'ASC' } as never });
  }

  /**
   * What the actor of the transaction sees, narrowed by `where`, newest first: exactly the rows that {@link sees} is true of.
   * @throws Refusal `http.invalid-input` for a cursor that is not this list's.
   */
  async page(tx: Tx, where: Narrowing<Row>, request: PageRequest): Promise<Page<Row>> {
    const given = Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined)) as FindOptionsWhere<Row>;
    const query = managerOf(tx).createQueryBuilder(this.entity, 'row').where(given);
    const { actor, at } = tx.context;
    const reach = reachOf(actor, at);
    if (this.parties !== 'everyone' && !reach.everything)
      query.andWhere(
        new Brackets((any) => {
          any.where('false', { at });
          for (const [kind, party] of this.declared()) any.orWhere(`${partySql(party)} && :${kind}::uuid[]`, { [kind]: reach[`${kind}s`] });
        }),
      );
    return pageOf(query, request);
  }

  /** The rows of one object that the caller was shown to reach, newest first: who sees that sees them. */
  pageWithin(tx: Tx, where: FindOptionsWhere<Row>, request: PageRequest): Promise<Page<Row>> {
    return pageOf(managerOf(tx).createQueryBuilder(this.entity, 'row').where(where), request);
  }

  /** The parties of a row, as the table declares them. */
  async partiesOf(tx: Tx, row: Row): Promise<Parties> {
    const parties: [PartyKind, unknown][] = [];
    for (const [kind, party] of this.declared()) {
      if (typeof party === 'string') parties.push([kind, row[party]]);
      else {
        const query = managerOf(tx)
          .createQueryBuilder(this.entity, 'row')
          .select(partySql(party), 'ids')
          .where({ id: row.id })
          .setParameter('at', tx.context.at);
        parties.push([kind, (await query.getRawOne<{ ids: Id[] }>())?.ids ?? []]);
      }
    }
    return Object.fromEntries(parties);
  }

  /** Whether the actor of the transaction sees a row. */
  async sees(tx: Tx, row: Row): Promise<boolean> {
    return this.parties === 'everyone' || sees(tx.context.actor, await this.partiesOf(tx, row), tx.context.at);
  }

  /** @throws Refusal `<what>.not-found` (404): another's object does not exist for those who may not see it. */
  async assertSees(tx: Tx, row: Row): Promise<void> {
    if (!(await this.sees(tx, row))) throw this.options.refuse(`${this.options.what}.not-found`, { id: row.id });
  }

  get hasList(): boolean {
    return this.options.parties !== undefined;
  }

  get parties(): PartyColumns<Row> | 'everyone' {
    if (this.options.parties === undefined) throw new Error(`the table of ${this.what} declares no parties, so it has no list`);
    return this.options.parties;
  }

  private declared(): [PartyKind, Party<Row>][] {
    return this.parties === 'everyone' ? [] : (Object.entries(this.parties) as [PartyKind, Party<Row>][]);
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
    if (row === undefined) throw this.options.refuse(`${this.options.what}.not-found`, { id });
    return row;
  }
}

export type AnyTable = VersionedTable<Versioned>;

/** A table whose rows have no states. */
export class RowTable<Row extends Versioned & { readonly state?: never }, What extends string = string> extends VersionedTable<Row, What> {
  insert(tx: Tx, row: Omit<Row, 'version'>): Promise<Row> {
    return this.add(tx, row);
  }
}
