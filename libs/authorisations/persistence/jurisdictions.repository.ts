import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { ProfileEntryRow, SupersedingTextRow, WorkingYearRow } from './review.entities.js';
import { profileEntryTable, supersedingTextTable, workingYearTable } from './tables.js';

type New<Row> = Omit<Row, 'version'>;

@Injectable()
export class JurisdictionsRepository {
  private readonly entries = profileEntryTable;
  private readonly replacing = supersedingTextTable;
  private readonly years = workingYearTable;

  all = (tx: Tx): Promise<ProfileEntryRow[]> => this.entries.where(tx, {});
  insert = (tx: Tx, row: New<ProfileEntryRow>): Promise<ProfileEntryRow> => this.entries.insert(tx, row);
  lock = (tx: Tx, id: Id): Promise<ProfileEntryRow> => this.entries.lock(tx, id);
  update = (tx: Tx, row: ProfileEntryRow, change: Partial<ProfileEntryRow>): Promise<ProfileEntryRow> =>
    this.entries.update(tx, row, change);

  texts = (tx: Tx): Promise<SupersedingTextRow[]> => this.replacing.where(tx, {});
  insertText = (tx: Tx, row: New<SupersedingTextRow>): Promise<SupersedingTextRow> => this.replacing.insert(tx, row);
  lockText = (tx: Tx, id: Id): Promise<SupersedingTextRow> => this.replacing.lock(tx, id);
  updateText = (tx: Tx, row: SupersedingTextRow, change: Partial<SupersedingTextRow>): Promise<SupersedingTextRow> =>
    this.replacing.update(tx, row, change);

  workingYears = (tx: Tx): Promise<WorkingYearRow[]> => this.years.where(tx, {});
  insertYear = (tx: Tx, row: New<WorkingYearRow>): Promise<WorkingYearRow> => this.years.insert(tx, row);
  lockYear = (tx: Tx, id: Id): Promise<WorkingYearRow> => this.years.lock(tx, id);
  updateYear = (tx: Tx, row: WorkingYearRow, change: Partial<WorkingYearRow>): Promise<WorkingYearRow> =>
    this.years.update(tx, row, change);
}
