import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import type { Begun, Change, Move } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { StageBodyState, stageBodyTransitions } from '../domain/stage-body.states.js';
import type { StageBodyRow } from './review.entities.js';
import { stageBodyTable } from './tables.js';

@Injectable()
export class StageBodiesRepository {
  private readonly table = stageBodyTable;

  insert = (tx: Tx, row: Begun<StageBodyRow, 'proposed'>): Promise<StageBodyRow> => this.table.insert(tx, row);
  lock = (tx: Tx, id: Id, mode?: 'share' | 'update'): Promise<StageBodyRow> => this.table.lock(tx, id, mode);
  apply = (
    tx: Tx,
    row: StageBodyRow,
    change: Change<StageBodyRow> | Move<StageBodyRow, typeof stageBodyTransitions>,
  ): Promise<StageBodyRow> => this.table.apply(tx, row, change);
  page = (
    tx: Tx,
    where: { authorityId?: Id | undefined; state?: StageBodyState | undefined },
    request: PageRequest,
  ): Promise<Page<StageBodyRow>> => this.table.page(tx, where, request);

  /** Registered bodies of any of the authorities. */
  async registered(tx: Tx, authorityIds: readonly Id[]): Promise<StageBodyRow[]> {
    const found: StageBodyRow[] = [];
    for (const authorityId of authorityIds) found.push(...(await this.table.where(tx, { authorityId, state: 'registered' })));
    return found;
  }
}
