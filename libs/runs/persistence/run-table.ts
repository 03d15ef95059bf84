import { newId, personOf, type Id, type Instant, type Reached, type Transitions } from '#kernel';
import type { Tx } from '#platform/database';
import {
  managerOf,
  StateTable,
  type Begun,
  type Change,
  type Move,
  type StateOptions,
  type TableOptions,
} from '#platform/database/persistence';
import type { EntityTarget } from 'typeorm';
import { openRunStates, runTransitions } from '../domain/run-states.js';
import { nothingYet, type RunRow } from './run-row.js';

/** What of a run a scope names. */
export type RunScope = Readonly<Partial<Record<'requestedBy' | 'unitId' | 'authorisationId' | 'scenarioId', Id>>>;
export type RunChange<Row extends RunRow> = Change<Row>;
/** What a kind says of a new run of its own: the columns that are the kind's, and under what the run stands. */
export type NewRun<Row extends RunRow> = Omit<Row, keyof RunRow> &
  Pick<RunRow, 'scenarioId' | 'authorisationId' | 'unitId' | 'authorityId'>;

/** The table of a kind of runs. Its edges are the same for all kinds, and stand here alone. */
export abstract class RunTable<Row extends RunRow, What extends string = string> extends StateTable<
  Row,
  Transitions<Row['state']>,
  Row['state'],
  What
> {
  protected constructor(entity: EntityTarget<Row>, options: TableOptions<Row, What>) {
    super(entity, { ...options, transitions: runTransitions, initial: ['queued'] } as unknown as StateOptions<Row, never, never, What>);
  }

  /** A run that the person of the act asks for. */
  queue(tx: Tx, run: NewRun<Row>): Promise<Row> {
    const { at, actor } = tx.context;
    const begun = { ...run, ...nothingYet, id: newId(), createdAt: at, requestedBy: personOf(actor).personId, state: 'queued' };
    return this.insert(tx, begun as unknown as Begun<Row, Row['state']>);
  }

  /** Moves a run that the transaction has locked. */
  step(tx: Tx, run: Row, state: Reached<typeof runTransitions>, change: object = {}): Promise<Row> {
    return this.move(tx, run, { ...change, state } as unknown as Move<Row, Transitions<Row['state']>>);
  }

  /** Open runs of a scope that were ordered until then, locked in the order in which everyone locks them. */
  lockOpen(tx: Tx, scope: RunScope, until: Instant): Promise<Row[]> {
    const query = managerOf(tx)
      .createQueryBuilder(this.entity, 'run')
      .where('run.state = ANY(:states) AND run.createdAt <= :until', { states: openRunStates, until });
    for (const [name, value] of Object.entries(scope)) query.andWhere(`run.${name} = :${name}`, { [name]: value });
    return query.orderBy('run.id').setLock('pessimistic_write').getMany();
  }

  /** Runs of some scenarios that left a result. */
  withResult(tx: Tx, scenarioIds: readonly Id[]): Promise<Row[]> {
    return managerOf(tx)
      .createQueryBuilder(this.entity, 'run')
      .where('run.scenarioId = ANY(:scenarioIds) AND run.objectKey IS NOT NULL', { scenarioIds })
      .orderBy('run.id')
      .getMany();
  }
}
