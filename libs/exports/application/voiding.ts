import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { assertExportMove } from '../domain/export-request.js';
import type { ExportRequestRow } from '../persistence/entities.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { underOf } from './export-views.js';
import { checkJob } from '../domain/work.js';

/** A change under a review voids it: the checks run again and everyone decides anew (EXP-06). */
@Injectable()
export class Voiding {
  constructor(private readonly requests: RequestsRepository) {}

  async void(tx: Tx, row: ExportRequestRow, changed: readonly string[], change: Partial<ExportRequestRow> = {}): Promise<ExportRequestRow> {
    assertExportMove(row.state, 'checking');
    const next = await this.requests.update(tx, row, {
      ...change,
      state: 'checking',
      round: row.round + 1,
      binding: null,
      bindingDigest: null,
    });
    await tx.record({ action: 'export-request.review-voided', ...underOf(row), before: row, after: next, reasons: changed });
    await tx.enqueue(checkJob, { key: row.id, unitId: row.unitId, scenarioId: row.scenarioId });
    return next;
  }
}
