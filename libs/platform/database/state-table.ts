import { assertMove, type Reached, type Transitions } from '#kernel';
import type { EntityTarget } from 'typeorm';
import type { Tx } from './tx.js';
import { VersionedTable, type Change, type TableOptions, type Versioned } from './versioned-table.js';

export interface Stateful extends Versioned {
  state: string;
}

export interface StateOptions<Row, Edges, Initial, What extends string = string> extends TableOptions<Row, What> {
  /** Every edge; what is not listed cannot be written. */
  readonly transitions: Edges;
  /** States in which a row begins. */
  readonly initial: readonly Initial[];
}

/** A new row, in a state in which rows begin. */
export type Begun<Row extends Stateful, Initial> = Omit<Row, 'version' | 'state'> & { readonly state: Initial };

/** A change that moves a row along an edge. */
export type Move<Row extends Stateful, Edges> = Partial<Omit<Row, 'id' | 'version' | 'state'>> & { readonly state: Reached<Edges> };

/**
 * A table whose rows have states. It holds the transitions and is the only writer of `state`: a row begins in an initial state and
 * moves along an edge. The database keeps the same edges (`keepStates`), for what would write past it.
 */
export class StateTable<
  Row extends Stateful,
  Edges extends Transitions<Row['state']> = Transitions<Row['state']>,
  Initial extends Row['state'] = Row['state'],
  What extends string = string,
> extends VersionedTable<Row, What> {
  constructor(
    entity: EntityTarget<Row>,
    protected override readonly options: StateOptions<Row, Edges, Initial, What>,
  ) {
    super(entity, options);
  }

  get transitions(): Transitions<Row['state']> {
    return this.options.transitions;
  }
  get initial(): readonly Row['state'][] {
    return this.options.initial;
  }

  async insert(tx: Tx, row: Begun<Row, Initial>): Promise<Row> {
    if (!this.options.initial.includes(row.state)) throw new Error(`a ${this.what} does not begin as ${row.state}`);
    return await this.add(tx, row as unknown as Omit<Row, 'version'>);
  }

  /**
   * Moves a row to `change.state`, with whatever else the move changes.
   * @throws Refusal `state.no-such-transition` (409) where the table has no such edge, and as `update`.
   */
  async move(tx: Tx, row: Row, change: Move<Row, Edges>): Promise<Row> {
    const to = change.state as Row['state'];
    assertMove<Row['state']>(this.options.transitions, row.state, to, this.what);
    return await this.write(tx, row, change);
  }

  /** Writes what a pure decision made of a row: a move where it names a state, otherwise a change that leaves the state. */
  apply(tx: Tx, row: Row, decision: Change<Row> | Move<Row, Edges>): Promise<Row> {
    return 'state' in decision ? this.move(tx, row, decision as Move<Row, Edges>) : this.update(tx, row, decision);
  }
}
