import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import type { Change, Move, Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { planTransitions } from '../domain/states.js';
import { PlanRow } from './entities.js';
import { planTable } from './tables.js';

@Injectable()
export class PlansRepository {
  private readonly table = planTable;

  insert = (tx: Tx, row: Begun<PlanRow, 'proposing'>): Promise<PlanRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<PlanRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update' = 'update'): Promise<PlanRow> => this.table.lock(tx, id, mode);
  update = (tx: Tx, row: PlanRow, change: Change<PlanRow>): Promise<PlanRow> => this.table.update(tx, row, change);
  move = (tx: Tx, row: PlanRow, change: Move<PlanRow, typeof planTransitions>): Promise<PlanRow> => this.table.move(tx, row, change);
  page = (tx: Tx, scenarioId: Id | undefined, request: PageRequest): Promise<Page<PlanRow>> => this.table.page(tx, { scenarioId }, request);
}
