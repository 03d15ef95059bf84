import { authorisationNotFound, scenarioNotFound, Authorisations, type ScenarioFacts, Scenarios } from '#authorisations';
import { Domains } from '#domains';
import { type ActContext, addDays, assertSees, type Id, newId } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { Revocations, SeatAccess } from '#seats';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { type OpenTermination, type PreviewView, type TerminationView } from '../contract.js';
import type { Confirmation } from '../domain/confirmations.js';
import { assertDecided, type Decision, type Ground } from '../domain/grounds.js';
import { assertNoOpenCase } from '../domain/termination-decisions.js';
import type { TerminationScope } from '../domain/termination.js';
import type { TerminationRow } from '../persistence/entities.js';
import { TerminationsRepository } from '../persistence/terminations.repository.js';
import { partiesOf, terminationView } from './termination-views.js';
import { TERMINATIONS_CONFIG, type TerminationsConfig } from './terminations.config.js';
import { proceedJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

interface Opening {
  readonly authorisationId: Id;
  readonly scope: TerminationScope;
  readonly ground: Ground;
  readonly decision: Decision;
}

/** Begins the end: rights end, the domain is sealed and every path is cut in the transaction that opens the case (TERM-01). */
@Injectable()
export class Openings {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: TerminationsRepository,
    private readonly authorisations: Authorisations,
    private readonly scenarios: Scenarios,
    private readonly domains: Domains,
    private readonly revocations: Revocations,
    private readonly seats: SeatAccess,
    @Inject(TERMINATIONS_CONFIG) private readonly config: TerminationsConfig,
  ) {}

  /** By decision. Who opens it has thereby confirmed as the authority; the security administrator's confirmation is another's. */
  open(ctx: ActContext, input: z.output<typeof OpenTermination>): Promise<z.output<typeof TerminationView>> {
    const { authorisationId, scenarioId, ground, decision } = input;
    const scope: TerminationScope = scenarioId === undefined ? { kind: 'authorisation' } : { kind: 'scenario', scenarioId };
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.openIn(tx, { authorisationId, scope, ground, decision: decision as Decision });
      return terminationView(row, ctx.at);
    });
  }

  /** At the end of the term, without anyone acting: the agreement's end date is the decision (TERM-06). Doing it again does nothing. */
  async openExpired(tx: Tx, authorisationId: Id, decision: Decision): Promise<void> {
    const open = await this.repository.openOf(tx, authorisationId);
    if (open.some(({ scope }) => scope.kind === 'authorisation')) return;
    await this.openIn(tx, { authorisationId, scope: { kind: 'authorisation' }, ground: 'expiry', decision });
  }

  /** What a termination of the authorisation closes: its scenarios and every seat under them, partners' too (TERM-08). */
  preview(ctx: ActContext, authorisationId: Id): Promise<z.output<typeof PreviewView>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const authorisation = await this.authorisations.facts(tx, authorisationId);
      assertSees(ctx.actor, authorisation, ctx.at, authorisationNotFound(authorisationId));
      const scenarios = await this.scenarios.ofAuthorisation(tx, authorisationId);
      const seats = [];
      for (const { id } of scenarios) seats.push(...(await this.seats.ofScenario(tx, id)));
      return {
        authorisationId,
        scenarios: scenarios.map(({ id, title, state }) => ({ id, title, state })),
        seats: seats.map(({ id, scenarioId, personId }) => ({ id, scenarioId, personId })),
      };
    });
  }

  private async openIn(tx: Tx, opening: Opening): Promise<TerminationRow> {
    const { authorisationId, scope, ground, decision } = opening;
    const { actor, at } = tx.context;
    const authorisation = await this.authorisations.facts(tx, authorisationId, 'update');
    assertSees(actor, authorisation, at, authorisationNotFound(authorisationId));
    assertDecided(ground, decision, at);
    const scenarios = await this.ending(tx, opening);
    const scenarioIds = scenarios.map(({ id }) => id);
    assertNoOpenCase(await this.openCases(tx, authorisationId), scope.kind === 'authorisation' ? [] : scenarioIds);
    if (scope.kind === 'authorisation') await this.authorisations.beginTermination(tx, authorisationId, ground);
    const domain = await this.domains.find(tx, { authorisationId }, 'none');
    if (domain !== undefined && scope.kind === 'authorisation') await this.domains.seal(tx, domain.id);
    const id = newId();
    const revocationId = await this.revocations.revokeAll(tx, {
      scope: scope.kind === 'authorisation' ? { kind: 'authorisation', id: authorisationId } : { kind: 'scenario', id: scope.scenarioId },
      ground: `termination.${ground}`,
      caseId: id,
      parties: {
        unitId: authorisation.unitId,
        authorityId: authorisation.authorityId,
        authorisationId,
        scenarioId: scope.kind === 'scenario' ? scope.scenarioId : null,
      },
    });
    const row = await this.repository.insert(tx, {
      id,
      openedAt: at,
      authorisationId,
      unitId: authorisation.unitId,
      authorityId: authorisation.authorityId,
      domainId: domain?.id ?? null,
      scope,
      scenarioIds,
      ground,
      decision,
      state: 'opened',
      heldFrom: null,
      openedBy: actor.kind === 'person' ? actor.personId : null,
      confirmations: actor.kind === 'person' ? [{ role: 'authority', personId: actor.personId, at } satisfies Confirmation] : [],
      revocationId,
      destroyBy: addDays(at, this.config.destroyWithinDays),
      inventory: null,
      outcomes: [],
      recoveryBefore: [],
      recoveryAfter: [],
      keysDestroyedAt: null,
      retryAt: null,
      conclusion: null,
      conclusionDigest: null,
    });
    await tx.record({
      action: 'termination.opened',
      object: { kind: 'termination', id },
      ...partiesOf(row),
      reasons: [ground],
      details: { scope: { ...scope }, reference: decision.reference, fileDigest: decision.fileDigest, scenarioIds },
      after: { state: 'opened' },
    });
    await tx.enqueue(proceedJob, { key: id });
    return row;
  }

  /** A case of the whole authorisation overlaps with every other of it. */
  private async openCases(tx: Tx, authorisationId: Id): Promise<readonly { readonly id: Id; readonly scenarioIds: readonly Id[] }[]> {
    const rows = await this.repository.openOf(tx, authorisationId);
    return rows.map(({ id, scope, scenarioIds }) => ({ id, scenarioIds: scope.kind === 'authorisation' ? [] : scenarioIds }));
  }

  private async ending(tx: Tx, { authorisationId, scope }: Opening): Promise<readonly ScenarioFacts[]> {
    if (scope.kind === 'authorisation') return this.scenarios.ofAuthorisation(tx, authorisationId);
    const scenario = await this.scenarios.facts(tx, scope.scenarioId, 'share');
    if (scenario.authorisationId !== authorisationId) throw scenarioNotFound(scope.scenarioId);
    if (scenario.state !== 'ended') throw refuse('termination.scenario-not-ended', { scenarioId: scenario.id, state: scenario.state });
    return [scenario];
  }
}
