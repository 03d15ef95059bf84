import type { Id, Reach } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { StateTable } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { SubmissionRow } from './entities.js';
import { pageWithin } from './within.js';

@Injectable()
export class SubmissionsRepository {
  private readonly table = new StateTable<SubmissionRow>(SubmissionRow, 'code-submission');

  insert = (tx: Tx, row: Omit<SubmissionRow, 'version'>): Promise<SubmissionRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<SubmissionRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update' = 'update'): Promise<SubmissionRow> => this.table.lock(tx, id, mode);
  update = (tx: Tx, row: SubmissionRow, change: Partial<Omit<SubmissionRow, 'id' | 'version'>>): Promise<SubmissionRow> =>
    this.table.update(tx, row, change);
  page = (tx: Tx, reach: Reach, scenarioId: Id | undefined, request: PageRequest): Promise<Page<SubmissionRow>> =>
    pageWithin(tx, SubmissionRow, reach, scenarioId, request);
}
