import { dayOf } from '#kernel';
import type { Tx } from '#platform/database';
import { Seams } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { type HoldingFacts, type RequestFacts, declaredHolding } from '../domain/data-request-decisions.js';
import type { DataRequestItem } from '../domain/data-request.js';
import { AuthorisationsRepository } from '../persistence/authorisations.repository.js';
import type { DataRequestRow } from '../persistence/request.entities.js';
import { ScenariosRepository } from '../persistence/scenarios.repository.js';
import { Jurisdictions } from './jurisdictions.js';

/** Gathers what a decision about a data request rests on, locked until the transaction ends: authorisation, then scenario. */
@Injectable()
export class RequestFactsGatherer {
  constructor(
    private readonly authorisations: AuthorisationsRepository,
    private readonly scenarios: ScenariosRepository,
    private readonly jurisdictions: Jurisdictions,
    private readonly seams: Seams,
  ) {}

  async facts(
    tx: Tx,
    request: Pick<DataRequestRow, 'authorisationId' | 'scenarioId'>,
    items: readonly DataRequestItem[],
  ): Promise<RequestFacts> {
    const authorisation = await this.authorisations.lock(tx, request.authorisationId, 'share');
    const scenario = await this.scenarios.lock(tx, request.scenarioId, 'share');
    const profile = await this.jurisdictions.profileAt(tx, authorisation.profileId, dayOf(tx.context.at));
    const holdings: HoldingFacts[] = [];
    for (const item of items)
      if (!holdings.some((known) => known.datasetId === item.datasetId)) holdings.push(await this.holding(tx, item));
    return { authorisation, scenario, profile, holdings };
  }

  /** The catalogue's word where a catalogue of datasets is composed; what the item declares otherwise. */
  private async holding(tx: Tx, item: DataRequestItem): Promise<HoldingFacts> {
    const catalogues = this.seams.all('dataset-catalogue');
    if (catalogues.length === 0) return declaredHolding(item);
    for (const catalogue of catalogues) {
      const found = await catalogue.describe(tx, item.datasetId);
      if (found) return { datasetId: item.datasetId, ...found };
    }
    return { datasetId: item.datasetId, providerId: null, fields: [], returned: false };
  }
}
