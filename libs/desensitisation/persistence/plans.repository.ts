import type { Id, Reach } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { StateTable } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { PlanRow } from './entities.js';
import { pageWithin } from './within.js';

@Injectable()
export class PlansRepository {
  private readonly table = new StateTable<PlanRow>(PlanRow, 'desensitisation-plan');

  insert = (tx: Tx, row: Omit<PlanRow, 'version'>): Promise<PlanRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<PlanRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update' = 'update'): Promise<PlanRow> => this.table.lock(tx, id, mode);
  update = (tx: Tx, row: PlanRow, change: Partial<Omit<PlanRow, 'id' | 'version'>>): Promise<PlanRow> => this.table.update(tx, row, change);
  page = (tx: Tx, reach: Reach, scenarioId: Id | undefined, request: PageRequest): Promise<Page<PlanRow>> =>
    pageWithin(tx, PlanRow, reach, { scenarioId }, request);
}
