import { type Id, type Instant, dayOf } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { refuse } from '../domain/refusals.js';
import { assertInClear, assertUsable } from '../domain/scenario.js';
import { isExpired } from '../domain/term.js';
import type { ScenarioRow } from '../persistence/request.entities.js';
import { ScenariosRepository } from '../persistence/scenarios.repository.js';
import { Authorisations } from './authorisations.js';
import type { Operating, ScenarioFacts } from './facts.js';

/** The door for other contexts: what a scenario is, and whether work may go on in it. */
@Injectable()
export class Scenarios {
  constructor(
    private readonly repository: ScenariosRepository,
    private readonly authorisations: Authorisations,
  ) {}

  /** @throws Refusal `scenario.not-found`. */
  async facts(tx: Tx, id: Id, lock?: 'share' | 'update'): Promise<ScenarioFacts> {
    return factsOf(lock === undefined ? await this.repository.get(tx, id) : await this.repository.lock(tx, id, lock));
  }

  async ofAuthorisation(tx: Tx, authorisationId: Id): Promise<ScenarioFacts[]> {
    return (await this.repository.ofAuthorisation(tx, authorisationId)).map(factsOf);
  }

  /**
   * What every downstream act asks first. Locks authorisation and scenario (share, in this order) until the transaction ends, so that
   * neither is suspended, stopped or ended under it.
   * @throws Refusal `scenario.not-found`, `authorisation.suspended`, `scenario.authorisation-not-in-force`, `authorisation.outside-term`,
   * `scenario.not-approved`, `scenario.stopped`, `scenario.over`.
   */
  async assertOperating(tx: Tx, scenarioId: Id, at: Instant): Promise<Operating> {
    const { authorisationId } = await this.repository.get(tx, scenarioId);
    const authorisation = await this.authorisations.facts(tx, authorisationId, 'share');
    const row = await this.repository.lock(tx, scenarioId, 'share');
    assertUsable(row, authorisation);
    if (isExpired(authorisation.term, at)) throw refuse('authorisation.outside-term', { ...authorisation.term });
    if (dayOf(at) > row.plan.until) throw refuse('scenario.over', { scenarioId, until: row.plan.until });
    return { scenario: factsOf(row), authorisation };
  }

  /**
   * What every import and every run over data asks first: there is no engine here but those that see clear text (PRIV-01).
   * @throws Refusal of `assertOperating`, `scenario.route-prescribed`.
   */
  async assertOperatingInClear(tx: Tx, scenarioId: Id, at: Instant): Promise<Operating> {
    const operating = await this.assertOperating(tx, scenarioId, at);
    assertInClear(await this.repository.get(tx, scenarioId));
    return operating;
  }
}

const factsOf = (row: ScenarioRow): ScenarioFacts => ({
  id: row.id,
  version: row.version,
  authorisationId: row.authorisationId,
  unitId: row.unitId,
  authorityId: row.authorityId,
  state: row.state,
  title: row.plan.title,
  from: row.plan.from,
  until: row.plan.until,
  approvedAt: row.approvedAt,
  endedAt: row.endedAt,
  stopped: row.stop !== null,
  stoppedAt: row.stop?.at ?? null,
  prescribedRoute: row.plan.prescribedRoute,
});
