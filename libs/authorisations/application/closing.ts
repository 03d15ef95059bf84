import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { moveItem } from '../domain/data-request-decisions.js';
import { decidePartnerEnd } from '../domain/partner.js';
import { decideScenarioEnd } from '../domain/scenario.js';
import type { AuthorisationRow } from '../persistence/authorisation.entities.js';
import { DataRequestsRepository } from '../persistence/data-requests.repository.js';
import type { PartnerRow, ScenarioRow } from '../persistence/request.entities.js';
import { PartnersRepository, ScenariosRepository } from '../persistence/scenarios.repository.js';
import { ofDataRequest, ofPartner, ofScenario } from './journalled.js';
import { partnerEnded, scenarioEnded } from '../contract.js';

/** What ends together with an authorisation or a scenario. */
@Injectable()
export class Closing {
  constructor(
    private readonly scenarios: ScenariosRepository,
    private readonly requests: DataRequestsRepository,
    private readonly partners: PartnersRepository,
  ) {}

  /** Raises the epochs of an authorisation and all its scenarios: whoever holds an older one is refused from the commit on. */
  async cut(tx: Tx, authorisation: Pick<AuthorisationRow, 'id'>): Promise<void> {
    await tx.bumpEpoch('authorisation', authorisation.id);
    for (const scenario of await this.scenarios.ofAuthorisation(tx, authorisation.id)) await tx.bumpEpoch('scenario', scenario.id);
  }

  async endAllUnder(tx: Tx, authorisation: AuthorisationRow): Promise<void> {
    for (const scenario of await this.scenarios.ofAuthorisation(tx, authorisation.id))
      if (scenario.state === 'approved') await this.endScenario(tx, scenario, 'scenario.ended');
  }

  /** Ends one scenario with its items and partners; the unit's other scenarios are not touched (SUSP-05). */
  async endScenario(tx: Tx, row: ScenarioRow, action: string): Promise<ScenarioRow> {
    const next = await this.scenarios.update(tx, row, decideScenarioEnd(row, tx.context.at));
    for (const request of await this.requests.ofAuthorisation(tx, row.authorisationId)) {
      if (request.scenarioId !== row.id) continue;
      const standing = (await this.requests.itemsOf(tx, request.id)).filter((item) => item.state === 'in-force');
      for (const item of standing) await this.requests.updateItem(tx, item, { ...moveItem(item, 'ended'), reasons: 'scenario-ended' });
      if (standing.length > 0)
        await tx.record(
          ofDataRequest(tx, request, { action: 'data-request.items-ended', details: { items: standing.map((item) => item.id) } }),
        );
    }
    for (const partner of await this.partners.ofAuthorisation(tx, row.authorisationId)) {
      if (partner.scenarioId !== row.id || partner.state !== 'approved') continue;
      const ended = await this.partners.update(tx, partner, decidePartnerEnd(partner));
      await this.partnerEnded(tx, partner, ended);
    }
    await tx.bumpEpoch('scenario', row.id);
    await tx.record(ofScenario(tx, next, { action, before: row }));
    await tx.publish(scenarioEnded, row.id, { scenarioId: row.id, authorisationId: row.authorisationId, unitId: row.unitId });
    return next;
  }

  /** Seats that hang on the record end with it (SEAT-04, TERM-08). */
  async partnerEnded(tx: Tx, before: PartnerRow, ended: PartnerRow, action = 'partner.ended'): Promise<void> {
    await tx.record(ofPartner(tx, ended, { action, before }));
    const { id, scenarioId, authorisationId, unitId } = ended;
    await tx.publish(partnerEnded, id, { partnerId: id, scenarioId, authorisationId, unitId });
  }
}
