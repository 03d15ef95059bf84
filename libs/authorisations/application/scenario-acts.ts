import { assertSees, personOf } from '#identity';
import { type ActContext, type Id, type Staying, dayOf, newId } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { ScenariosQuery } from '../contract.js';
import { assertAuthority, assertUnit, assertUnitOrAuthority } from '../domain/acting.js';
import { slotsInOrder } from '../domain/approval.js';
import type { Authorisation } from '../domain/authorisation.js';
import { valueOf } from '../domain/jurisdictions/resolve.js';
import {
  type Scenario,
  type ScenarioMove,
  assertNotSuspended,
  decideResumption,
  decideScenarioApproval,
  decideScenarioRejection,
  decideScenarioSubmission,
  decideStop,
  scenarioDigest,
  scenarioRevision,
} from '../domain/scenario.js';
import type { CreateScenario, ScenarioBallot, ScenarioView } from '../domain/messages/scenarios.messages.js';
import { AuthorisationsRepository } from '../persistence/authorisations.repository.js';
import type { ScenarioRow } from '../persistence/request.entities.js';
import { ScenariosRepository } from '../persistence/scenarios.repository.js';
import { approvalView } from './approval-view.js';
import { Closing } from './closing.js';
import { ofScenario } from './journalled.js';
import { Jurisdictions } from './jurisdictions.js';
import { Reviews } from './reviews.js';
import { StageBodies } from './stage-bodies.js';
import { scenarioResumed, scenarioStopped } from '../contract.js';
import { refuse } from '../domain/refusals.js';

type ScenarioAnswer = z.input<typeof ScenarioView>;
type Decide = (tx: Tx, row: ScenarioRow, authorisation: Authorisation) => Promise<Staying<Scenario> | ScenarioMove>;

/** One scenario, one review; anyone inside can stop it, only the authority resumes it (AUTH-18, EMG-06). */
@Injectable()
export class ScenarioActs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: ScenariosRepository,
    private readonly authorisations: AuthorisationsRepository,
    private readonly jurisdictions: Jurisdictions,
    private readonly reviews: Reviews,
    private readonly bodies: StageBodies,
    private readonly closing: Closing,
  ) {}

  create(ctx: ActContext, input: z.output<typeof CreateScenario>): Promise<ScenarioAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const { authorisationId, filingNumber, feasibilityReview, industryOpinion, ...plan } = input;
      const authorisation = await this.authorisations.lock(tx, authorisationId, 'share');
      assertSees(ctx.actor, authorisation, ctx.at, refuse('authorisation.not-found', { id: authorisationId }));
      assertUnit(ctx.actor, authorisation.unitId);
      assertNotSuspended(authorisation);
      const row = await this.repository.insert(tx, {
        id: newId(Date.parse(ctx.at)),
        createdAt: ctx.at,
        authorisationId,
        unitId: authorisation.unitId,
        authorityId: authorisation.authorityId,
        state: 'draft',
        plan,
        wholeAuthorisation: { filingNumber, feasibilityReview, industryOpinion },
        applicantId: personOf(ctx.actor).personId,
        stop: null,
        approvedAt: null,
        endedAt: null,
      });
      await tx.record(ofScenario(tx, row));
      return this.view(tx, row);
    });
  }

  submit(ctx: ActContext, id: Id): Promise<ScenarioAnswer> {
    return this.change(ctx, id, async (tx, row, authorisation) => {
      assertUnit(ctx.actor, row.unitId);
      const profile = await this.jurisdictions.profileAt(tx, authorisation.profileId, dayOf(ctx.at));
      const change = decideScenarioSubmission(row, authorisation, profile);
      const parties = valueOf(profile, 'scenarioParties');
      const bodies = await this.bodies.required(tx, row.authorityId, parties);
      await this.reviews.open(tx, {
        ownerId: id,
        subject: { kind: 'scenario', id, version: scenarioRevision, digest: scenarioDigest(row) },
        slots: slotsInOrder(
          parties.map((party) => ({ key: party, party })),
          { ...bodies, authority: row.authorityId },
        ),
        requesterId: row.applicantId,
        requesterOrganisationIds: [row.unitId],
      });
      return change;
    });
  }

  vote(ctx: ActContext, id: Id, ballot: z.output<typeof ScenarioBallot>): Promise<ScenarioAnswer> {
    return this.change(ctx, id, async (tx, row, authorisation) => {
      const approval = await this.reviews.cast(tx, { kind: 'scenario', id }, ballot, scenarioDigest(row), row);
      if (approval.state === 'rejected') return decideScenarioRejection(row);
      if (approval.state !== 'approved') return {};
      return decideScenarioApproval(row, authorisation, approval, ctx.at);
    });
  }

  stop(ctx: ActContext, id: Id, reason: string): Promise<ScenarioAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      const person = personOf(ctx.actor);
      await this.repository.assertSees(tx, row);
      const change = decideStop(row, { by: person.personId, at: ctx.at, reason });
      if (change.stop) {
        await tx.bumpEpoch('scenario', id);
        await tx.publish(scenarioStopped, id, payloadOf(row));
      }
      return change;
    });
  }

  resume(ctx: ActContext, id: Id, reason: string): Promise<ScenarioAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      const change = decideResumption(row, reason);
      await tx.publish(scenarioResumed, id, payloadOf(row));
      return change;
    });
  }

  end(ctx: ActContext, id: Id): Promise<ScenarioAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const { row } = await this.load(tx, ctx, id);
      assertUnitOrAuthority(ctx.actor, row.authorityId, row.unitId);
      return this.view(tx, await this.closing.endScenario(tx, row, ctx.action));
    });
  }

  list(ctx: ActContext, query: z.output<typeof ScenariosQuery>): Promise<{ items: ScenarioAnswer[]; next: string | null }> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.repository.page(tx, { authorisationId: query.authorisationId }, query);
      const items: ScenarioAnswer[] = [];
      for (const row of page.items) items.push(await this.view(tx, row));
      return { items, next: page.next };
    });
  }

  one(ctx: ActContext, id: Id): Promise<ScenarioAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.repository.get(tx, id);
      await this.repository.assertSees(tx, row);
      return this.view(tx, row);
    });
  }

  /** Locks authorisation, then scenario: the order in which everyone does. */
  private async load(tx: Tx, ctx: ActContext, id: Id): Promise<{ row: ScenarioRow; authorisation: Authorisation }> {
    const { authorisationId } = await this.repository.get(tx, id);
    const authorisation = await this.authorisations.lock(tx, authorisationId, 'share');
    const row = await this.repository.lock(tx, id);
    await this.repository.assertSees(tx, row);
    return { row, authorisation };
  }

  private change(ctx: ActContext, id: Id, decide: Decide): Promise<ScenarioAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const { row, authorisation } = await this.load(tx, ctx, id);
      const next = await this.repository.apply(tx, row, await decide(tx, row, authorisation));
      await tx.record(ofScenario(tx, next, { before: row }));
      return this.view(tx, next);
    });
  }

  private async view(tx: Tx, row: ScenarioRow): Promise<ScenarioAnswer> {
    const { id, version, authorisationId, unitId, authorityId, state, plan, stop, approvedAt, endedAt } = row;
    const review = approvalView(await this.reviews.latest(tx, 'scenario', id));
    return {
      id,
      version,
      authorisationId,
      unitId,
      authorityId,
      state,
      plan,
      digest: scenarioDigest(row),
      stop,
      approvedAt,
      endedAt,
      review,
    };
  }
}

const payloadOf = (row: ScenarioRow): { scenarioId: Id; authorisationId: Id; unitId: Id } => ({
  scenarioId: row.id,
  authorisationId: row.authorisationId,
  unitId: row.unitId,
});
