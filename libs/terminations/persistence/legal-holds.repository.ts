import type { Id, Instant } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import type { HeldScope, LegalHold } from '../domain/legal-hold.js';
import { LegalHoldRow } from './entities.js';
import { legalHoldTable } from './tables.js';

@Injectable()
export class LegalHoldsRepository {
  private readonly table = legalHoldTable;

  insert = (tx: Tx, row: Omit<LegalHoldRow, 'version'>): Promise<LegalHoldRow> => this.table.insert(tx, row);
  lock = (tx: Tx, id: Id): Promise<LegalHoldRow> => this.table.lock(tx, id);
  page = (tx: Tx, request: PageRequest): Promise<Page<LegalHoldRow>> => this.table.page(tx, {}, request);
  lift = (tx: Tx, row: LegalHoldRow, liftedAt: Instant, liftedByReference: string): Promise<LegalHoldRow> =>
    this.table.update(tx, row, { liftedAt, liftedByReference });

  /** Holds that were not lifted and name something of the scope; whether one stands at a moment is decided by the domain. */
  async naming(tx: Tx, scope: HeldScope): Promise<LegalHold[]> {
    const ids = [scope.authorisationId, scope.unitId, ...(scope.domainId === null ? [] : [scope.domainId]), ...scope.scenarioIds];
    return (await this.table.where(tx, { targetId: In(ids), liftedAt: IsNull() })).map(holdOf);
  }
}

export const holdOf = (row: LegalHoldRow): LegalHold => ({
  id: row.id,
  target: { kind: row.targetKind, id: row.targetId },
  orderedBy: row.orderedBy,
  reference: row.reference,
  reason: row.reason,
  from: row.from,
  until: row.until,
  liftedAt: row.liftedAt,
});
