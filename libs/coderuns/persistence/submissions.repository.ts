import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { countOpen, type OpenCount } from '#platform/database/persistence';
import type { Change, Move, Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { submissionTransitions } from '../domain/states.js';
import { SubmissionRow } from './entities.js';
import { submissionTable } from './tables.js';

@Injectable()
export class SubmissionsRepository {
  private readonly table = submissionTable;

  insert = (tx: Tx, row: Begun<SubmissionRow, 'submitted'>): Promise<SubmissionRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<SubmissionRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update' = 'update'): Promise<SubmissionRow> => this.table.lock(tx, id, mode);
  update = (tx: Tx, row: SubmissionRow, change: Change<SubmissionRow>): Promise<SubmissionRow> => this.table.update(tx, row, change);
  move = (tx: Tx, row: SubmissionRow, change: Move<SubmissionRow, typeof submissionTransitions>): Promise<SubmissionRow> =>
    this.table.move(tx, row, change);
  /** How much waits for review, of the person and of the unit; counted one act after the other, so that many at once find the same limit. */
  waiting = (tx: Tx, unitId: Id, personId: Id): Promise<OpenCount> =>
    countOpen(tx, 'coderuns.submissions', { person: ['submitted_by', personId], unit: ['unit_id', unitId] }, "state = 'submitted'");
  page = (tx: Tx, scenarioId: Id | undefined, request: PageRequest): Promise<Page<SubmissionRow>> =>
    this.table.page(tx, { scenarioId }, request);
}
