import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { AuditCaseRow, WitnessRow } from './entities.js';
import { witnessTable, auditCaseTable } from './tables.js';

@Injectable()
export class WitnessesRepository {
  private readonly table = witnessTable;

  insert = (tx: Tx, row: Omit<WitnessRow, 'version'>): Promise<WitnessRow> => this.table.insert(tx, row);
  update = (tx: Tx, row: WitnessRow, change: Partial<WitnessRow>): Promise<WitnessRow> => this.table.update(tx, row, change);
  all = (tx: Tx): Promise<WitnessRow[]> => this.table.where(tx, {});

  /** Locked: a witness cosigns one checkpoint after the other. */
  async lockByName(tx: Tx, name: string): Promise<WitnessRow | undefined> {
    const [row] = await this.table.where(tx, { name });
    return row === undefined ? undefined : this.table.lock(tx, row.id);
  }
}

@Injectable()
export class AuditCasesRepository {
  private readonly table = auditCaseTable;

  insert = (tx: Tx, row: Omit<AuditCaseRow, 'version'>): Promise<AuditCaseRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<AuditCaseRow> => this.table.get(tx, id);
  page = (tx: Tx, request: PageRequest): Promise<Page<AuditCaseRow>> => this.table.page(tx, {}, request);
  assertSees = (tx: Tx, row: AuditCaseRow): Promise<void> => this.table.assertSees(tx, row);
}
