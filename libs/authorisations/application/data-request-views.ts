import { assertSees, sees } from '#identity';
import type { ActContext } from '#kernel';
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
  async assertVisible(tx: Tx, ctx: ActContext, row: DataRequestRow): Promise<void> {
    const { actor } = ctx;
    if (actor.kind !== 'person' || sees(actor, row, ctx.at)) return;
    for (const item of await this.repository.itemsOf(tx, row.id)) {
      if (sees(actor, { providerId: item.providerId, datasetId: item.datasetId }, ctx.at)) return;
      const review = await this.reviews.latest(tx, 'data-request-item', item.id);
      if (review?.slots.some((slot) => slot.organisationId === actor.organisationId)) return;
    }
    assertSees(actor, row, ctx.at, 'data-request.not-found', row.id);
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
