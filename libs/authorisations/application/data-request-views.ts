import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { itemDigest } from '../domain/data-request.js';
import type { DataRequestSummary, DataRequestView } from '../domain/messages/data-requests.messages.js';
import { DataRequestsRepository } from '../persistence/data-requests.repository.js';
import type { DataRequestRow } from '../persistence/request.entities.js';
import { approvalView } from './approval-view.js';
import { Reviews } from './reviews.js';

export type DataRequestAnswer = z.input<typeof DataRequestView>;

export const requestSummary = (row: DataRequestRow): z.input<typeof DataRequestSummary> => ({
  id: row.id,
  version: row.version,
  authorisationId: row.authorisationId,
  scenarioId: row.scenarioId,
  unitId: row.unitId,
  revision: row.revision,
  externalReference: row.externalReference,
  industryOpinion: row.industryOpinion,
});

@Injectable()
export class DataRequestViews {
  constructor(
    private readonly repository: DataRequestsRepository,
    private readonly reviews: Reviews,
  ) {}

  /** Its unit, its authority, the providers it asks, and who sits at the table of a review. */
  assertVisible(tx: Tx, row: DataRequestRow): Promise<void> {
    return this.repository.assertSees(tx, row);
  }

  async view(tx: Tx, request: DataRequestRow): Promise<DataRequestAnswer> {
    const rows = await this.repository.itemsOf(tx, request.id);
    const items: DataRequestAnswer['items'] = [];
    for (const row of rows) {
      items.push({
        id: row.id,
        state: row.state,
        sinceRevision: row.sinceRevision,
        datasetId: row.datasetId,
        providerId: row.providerId,
        fields: [...row.fields],
        rows: row.rows,
        returned: row.returned,
        period: row.period,
        frequency: row.frequency,
        use: row.use,
        upperConsents: row.upperConsents,
        digest: itemDigest(request, rows, row),
        reasons: row.reasons,
        open: [...(row.grant?.open ?? [])],
        withheld: [...(row.grant?.withheld ?? [])],
        review: approvalView(await this.reviews.latest(tx, 'data-request-item', row.id)),
      });
    }
    return { ...requestSummary(request), items };
  }
}
