import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, type Change, type Move, type Begun } from '#platform/database/persistence';
import type { RunScope } from '#seats';
import { type OpenRunState, openRunStates } from '#seats/contract';
import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { runTransitions } from '#seats/contract';
import { RunRow } from './entities.js';
import { runTable } from './tables.js';

@Injectable()
export class RunsRepository {
  private readonly table = runTable;

  insert = (tx: Tx, row: Begun<RunRow, 'queued'>): Promise<RunRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<RunRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id): Promise<RunRow> => this.table.lock(tx, id, 'update');
  update = (tx: Tx, row: RunRow, change: Change<RunRow>): Promise<RunRow> => this.table.update(tx, row, change);
  move = (tx: Tx, row: RunRow, change: Move<RunRow, typeof runTransitions>): Promise<RunRow> => this.table.move(tx, row, change);
  page = (tx: Tx, filter: Partial<Pick<RunRow, 'scenarioId' | 'state'>>, request: PageRequest): Promise<Page<RunRow>> =>
    this.table.page(tx, filter, request);
  /** Runs whose sample stands in dev now. */
  pageOfStanding = (tx: Tx, filter: Partial<Pick<RunRow, 'scenarioId'>>, request: PageRequest): Promise<Page<RunRow>> =>
    this.table.page(tx, { ...filter, state: 'succeeded', destroyedAt: IsNull() }, request);

  /** Samples that stand in dev now. */
  published = (tx: Tx, scenarioId: Id): Promise<RunRow[]> =>
    managerOf(tx)
      .createQueryBuilder(RunRow, 'run')
      .where("run.scenarioId = :scenarioId AND run.state = 'succeeded' AND run.destroyedAt IS NULL", { scenarioId })
      .orderBy('run.id')
      .getMany();

  /** Everything of some scenarios that was ever published. */
  everPublished = (tx: Tx, scenarioIds: readonly Id[]): Promise<RunRow[]> =>
    managerOf(tx)
      .createQueryBuilder(RunRow, 'run')
      .where('run.scenarioId = ANY(:scenarioIds) AND run.objectKey IS NOT NULL', { scenarioIds })
      .orderBy('run.id')
      .getMany();

  /** Open runs of a scope, locked in the order in which everyone locks them. */
  async lockOpen(tx: Tx, scope: RunScope, states: readonly OpenRunState[] = openRunStates): Promise<RunRow[]> {
    const query = managerOf(tx).createQueryBuilder(RunRow, 'run').where('run.state = ANY(:states)', { states });
    for (const [name, value] of Object.entries(scope)) query.andWhere(`run.${name} = :${name}`, { [name]: value });
    return query.orderBy('run.id').setLock('pessimistic_write').getMany();
  }

  /** How many runs ended how since a moment; for the board. */
  async ended(tx: Tx): Promise<{ succeeded: number; failed: number; unproven: number; last: string | null }> {
    const rows: { succeeded: number; failed: number; unproven: number; last: Date | null }[] = await managerOf(tx).query(
      `SELECT count(*) FILTER (WHERE state = 'succeeded')::int AS succeeded, count(*) FILTER (WHERE state = 'failed')::int AS failed,
         count(*) FILTER (WHERE state = 'succeeded' AND NOT coalesce((proof ->> 'passed')::boolean, false))::int AS unproven,
         max(finished_at) AS last FROM desensitisation.runs`,
    );
    const row = rows[0];
    return {
      succeeded: row?.succeeded ?? 0,
      failed: row?.failed ?? 0,
      unproven: row?.unproven ?? 0,
      last: row?.last?.toISOString() ?? null,
    };
  }
}
