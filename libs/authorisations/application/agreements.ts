import { personOf, Standings } from '#identity';
import { type ActContext, type Digest, type Id, dayOf, newId } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { assertAuthority, assertUnitOrAuthority } from '../domain/acting.js';
import type { AgreementVersion, SealUse } from '../domain/agreement.js';
import { type SigningFacts, decideEntryIntoForce, decideSigning } from '../domain/authorisation-decisions.js';
import { checkPlanFiling, decidePlanApproval } from '../domain/emergency-plan.js';
import { decideFiling } from '../domain/filing.js';
import type { ResolvedProfile } from '../domain/jurisdictions/resolve.js';
import { refuse } from '../domain/refusals.js';
import { expiresAt } from '../domain/term.js';
import type { Agreement, EmergencyPlanFiling, FilingReceipt, Signing } from '../domain/messages/authorisations.messages.js';
import type { AuthorisationRow } from '../persistence/authorisation.entities.js';
import { type AuthorisationDecision, AuthorisationsRepository } from '../persistence/authorisations.repository.js';
import { type AuthorisationAnswer, AuthorisationViews } from './authorisation-views.js';
import { fileDuties } from './file-duties.js';
import { ofAuthorisation } from './journalled.js';
import { Jurisdictions } from './jurisdictions.js';
import { ResponsiblePeople } from './responsible-people.js';
import { Reviews } from './reviews.js';
import { authorisationInForce } from '../contract.js';
import { expireJob } from '../domain/work.js';

type Apply = (tx: Tx, row: AuthorisationRow) => Promise<AuthorisationDecision>;

/** Agreement, emergency plan, signing, entry into force and the filings that follow. */
@Injectable()
export class Agreements {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: AuthorisationsRepository,
    private readonly views: AuthorisationViews,
    private readonly jurisdictions: Jurisdictions,
    private readonly reviews: Reviews,
    private readonly people: ResponsiblePeople,
    private readonly standings: Standings,
  ) {}

  /** Each change is a version of its own; earlier ones stay readable (AUTH-22). Only the authority writes it (AUTH-25). */
  set(ctx: ActContext, id: Id, input: z.output<typeof Agreement>): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      if (row.signedOn !== null || row.state === 'withdrawn') throw refuse('agreement.not-open', { state: row.state });
      const earlier = await this.repository.latestAgreement(tx, id);
      await this.repository.addAgreement(tx, {
        id: newId(Date.parse(ctx.at)),
        authorisationId: id,
        revision: (earlier?.revision ?? 0) + 1,
        ...input,
        scan: null,
        seal: null,
        proposedAt: ctx.at,
        inForceFrom: null,
      });
      return {};
    });
  }

  filePlan(ctx: ActContext, id: Id, input: z.output<typeof EmergencyPlanFiling>): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      assertUnitOrAuthority(ctx.actor, row.authorityId, row.unitId);
      checkPlanFiling(input.drawnUpWith, await this.profileToday(tx, row));
      const plans = await this.repository.plansOf(tx, id);
      await this.repository.addPlan(tx, {
        id: newId(Date.parse(ctx.at)),
        createdAt: ctx.at,
        authorisationId: id,
        revision: Math.max(0, ...plans.map((plan) => plan.revision)) + 1,
        state: 'draft',
        ...input,
        submittedBy: personOf(ctx.actor).personId,
        approvedBy: null,
      });
      return {};
    });
  }

  /** A newly approved plan supersedes the one before: one authorisation, one plan (EMG-01). */
  approvePlan(ctx: ActContext, id: Id, planId: Id): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      const plans = await this.repository.plansOf(tx, id);
      if (!plans.some((plan) => plan.id === planId)) throw refuse('emergency-plan.not-found', { id: planId });
      for (const plan of plans)
        if (plan.state === 'approved' && plan.id !== planId) await this.repository.movePlan(tx, plan, { state: 'superseded' });
      const plan = await this.repository.lockPlan(tx, planId);
      await this.assertNoneLocked(tx, [plan.submittedBy]);
      await this.repository.movePlan(tx, plan, decidePlanApproval(plan, personOf(ctx.actor).personId));
      return {};
    });
  }

  withdrawPlan(ctx: ActContext, id: Id, planId: Id): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      const plan = await this.repository.lockPlan(tx, planId);
      if (plan.authorisationId !== id) throw refuse('emergency-plan.not-found', { id: planId });
      await this.repository.movePlan(tx, plan, { state: 'withdrawn' });
      return {};
    });
  }

  sign(ctx: ActContext, id: Id, input: z.output<typeof Signing>): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      const stored = await this.repository.latestAgreement(tx, id);
      const seal = { personId: personOf(ctx.actor).personId, at: ctx.at, digest: input.seal.digest };
      const approval = await this.reviews.latest(tx, 'authorisation', id);
      await this.assertNoneLocked(
        tx,
        approval?.votes.map(({ personId }) => personId),
      );
      const facts: SigningFacts = {
        profile: await this.profileToday(tx, row),
        approval,
        agreement: stored && asSigned(stored, input.scan, seal),
        years: await this.jurisdictions.workingYears(tx),
      };
      const decision = decideSigning(row, facts, input.signedOn, ctx.at);
      if (stored)
        await this.repository.updateAgreement(tx, stored, { scan: input.scan, seal, inForceFrom: decision.agreement.inForceFrom });
      await fileDuties(tx, this.repository, id, decision.filings);
      return decision.change;
    });
  }

  /** Puts it in force; the order to expire it at the end of its term is given in the same transaction (TERM-06). */
  activate(ctx: ActContext, id: Id): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      await this.repository.lockCeiling(tx, row.authorityId);
      const approval = await this.reviews.latest(tx, 'authorisation', id);
      const agreement = await this.repository.latestAgreement(tx, id);
      const plan = await this.repository.plan(tx, id);
      await this.assertNoneLocked(tx, [
        ...(approval?.votes.map(({ personId }) => personId) ?? []),
        ...[agreement?.seal?.personId, plan?.submittedBy, plan?.approvedBy].filter((one) => typeof one === 'string'),
      ]);
      const change = decideEntryIntoForce(
        row,
        {
          profile: await this.profileToday(tx, row),
          approval,
          agreement,
          plan,
          othersActive: await this.repository.othersStanding(tx, row.authorityId, id),
          securityLead: await this.people.securityLeadServes(tx, row),
        },
        ctx.at,
      );
      await tx.enqueue(expireJob, { key: id, dueAt: expiresAt(row.term), unitId: row.unitId });
      await tx.publish(authorisationInForce, id, { authorisationId: id, unitId: row.unitId });
      return change;
    });
  }

  file(ctx: ActContext, id: Id, input: z.output<typeof FilingReceipt>): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      const filing = (await this.repository.filingsOf(tx, id)).find((each) => each.kind === input.kind);
      if (!filing) throw refuse('filing.not-found', { kind: input.kind });
      const { receipt } = decideFiling(filing, input.number, input.happenedOn, ctx.at);
      await this.repository.updateFiling(tx, filing, { receipt });
      return {};
    });
  }

  /**
   * What was decided lasts beyond somebody's role, since the body decided; not while they are locked. Until the lock is lifted, or the
   * application is made anew, nothing is built on it. @throws Refusal `identity.earlier-say-fell`
   */
  private async assertNoneLocked(tx: Tx, people: readonly Id[] = []): Promise<void> {
    for (const personId of new Set(people)) await this.standings.assertNotLocked(tx, personId);
  }

  private profileToday(tx: Tx, row: AuthorisationRow): Promise<ResolvedProfile> {
    return this.jurisdictions.profileAt(tx, row.profileId, dayOf(tx.context.at));
  }

  private change(ctx: ActContext, id: Id, apply: Apply): Promise<AuthorisationAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.repository.lock(tx, id);
      await this.views.assertVisible(tx, row);
      const next = await this.repository.apply(tx, row, await apply(tx, row));
      await tx.record(ofAuthorisation(tx, next, { before: row }));
      return this.views.view(tx, next);
    });
  }
}

const asSigned = (stored: AgreementVersion, scan: Digest, seal: SealUse): AgreementVersion => ({ ...stored, scan, seal });
