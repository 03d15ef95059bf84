import { assertSees, personOf } from '#identity';
import { type ActContext, type Digest, type Id, dayOf, newId, systemAct } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { assertAuthority, assertUnit } from '../domain/acting.js';
import { decideReentry } from '../domain/authorisation-decisions.js';
import { missedAt } from '../domain/deadline.js';
import {
  type Rectification,
  decideAssessment,
  decideLift,
  decideRectificationPlan,
  decideRectificationReport,
} from '../domain/rectification.js';
import { refuse } from '../domain/refusals.js';
import { type Suspension, canBeOverdue, decideExtension, decideOverdue, decideSuspension } from '../domain/suspension.js';
import type { Assessment, Extension, ImposeSuspension, SuspensionView } from '../domain/messages/suspensions.messages.js';
import type { AuthorisationRow, RectificationRow, SuspensionRow } from '../persistence/authorisation.entities.js';
import { type AuthorisationDecision, AuthorisationsRepository } from '../persistence/authorisations.repository.js';
import { SuspensionsRepository } from '../persistence/suspensions.repository.js';
import { Closing } from './closing.js';
import { ofAuthorisation } from './journalled.js';
import { Jurisdictions } from './jurisdictions.js';
import { ResponsiblePeople } from './responsible-people.js';
import { authorisationResumed, authorisationSuspended } from '../contract.js';
import { overdueJob } from '../domain/work.js';

export type SuspensionAnswer = z.input<typeof SuspensionView>;
interface Case {
  readonly authorisation: AuthorisationRow;
  readonly suspension: SuspensionRow;
  readonly rectification: RectificationRow | undefined;
}

/** Orders to correct: closed at once, reopened only after an assessment (SUSP-01..06). */
@Injectable()
export class SuspensionCases {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly authorisations: AuthorisationsRepository,
    private readonly repository: SuspensionsRepository,
    private readonly jurisdictions: Jurisdictions,
    private readonly closing: Closing,
    private readonly responsible: ResponsiblePeople,
  ) {}

  /** One command closes every way in: state, epochs and the order to correct commit together. */
  impose(ctx: ActContext, authorisationId: Id, input: z.output<typeof ImposeSuspension>): Promise<SuspensionAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.authorisations.lock(tx, authorisationId);
      assertSees(ctx.actor, row, ctx.at, refuse('authorisation.not-found', { id: authorisationId }));
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      const profile = await this.jurisdictions.profileAt(tx, row.profileId, dayOf(ctx.at));
      const { period = null, ...rest } = input;
      const suspension = decideSuspension(
        { id: newId(Date.parse(ctx.at)), authorisationId, unitId: row.unitId, by: personOf(ctx.actor).personId, period, ...rest },
        profile,
        await this.jurisdictions.workingYears(tx),
        ctx.at,
      );
      const next = await this.authorisations.move(tx, row, { state: 'suspended' });
      const stored = await this.repository.insert(tx, { ...suspension, state: 'imposed' });
      await this.repository.insertRectification(tx, {
        id: newId(),
        suspensionId: stored.id,
        authorisationId,
        unitId: row.unitId,
        state: 'ordered',
        plan: null,
        steps: [],
        report: null,
        assessment: null,
      });
      await this.closing.cut(tx, next);
      await tx.bumpEpoch('unit', row.unitId);
      await tx.enqueue(overdueJob, { key: stored.id, dueAt: missedAt(stored.deadline), unitId: row.unitId });
      await tx.record(
        ofAuthorisation(tx, next, {
          before: row,
          reasons: [stored.ground],
          details: { suspensionId: stored.id, due: stored.deadline.due },
        }),
      );
      await tx.publish(authorisationSuspended, authorisationId, { authorisationId, unitId: row.unitId, suspensionId: stored.id });
      return this.view(tx, stored);
    });
  }

  filePlan(ctx: ActContext, id: Id, input: { digest: Digest; steps: readonly string[] }): Promise<SuspensionAnswer> {
    return this.inCase(ctx, id, async (tx, { authorisation, suspension, rectification }) => {
      assertUnit(ctx.actor, authorisation.unitId);
      const ordered = present(rectification, id);
      const decision = decideRectificationPlan(ordered, suspension, this.paper(ctx, input.digest), input.steps);
      await this.repository.moveRectification(tx, ordered, decision.rectification);
      await this.repository.apply(tx, suspension, decision.suspension);
      return authorisation.state === 'suspended' ? { state: 'rectifying' } : {};
    });
  }

  report(ctx: ActContext, id: Id, input: { digest: Digest }): Promise<SuspensionAnswer> {
    return this.inCase(ctx, id, async (tx, { authorisation, suspension, rectification }) => {
      assertUnit(ctx.actor, authorisation.unitId);
      const planned = present(rectification, id);
      await this.repository.moveRectification(tx, planned, decideRectificationReport(planned, suspension, this.paper(ctx, input.digest)));
      return {};
    });
  }

  assess(ctx: ActContext, id: Id, input: z.output<typeof Assessment>): Promise<SuspensionAnswer> {
    return this.inCase(ctx, id, async (tx, { authorisation, rectification }) => {
      assertAuthority(ctx.actor, authorisation.authorityId, authorisation.unitId);
      const reported = present(rectification, id);
      const assessment = { ...input, by: personOf(ctx.actor).personId, at: ctx.at };
      await this.repository.moveRectification(tx, reported, decideAssessment(reported, assessment));
      return {};
    });
  }

  /** Reopens what is still valid: each seat and grant is checked again by whoever holds it (SUSP-03). */
  resume(ctx: ActContext, id: Id): Promise<SuspensionAnswer> {
    return this.inCase(ctx, id, async (tx, { authorisation, suspension, rectification }) => {
      assertAuthority(ctx.actor, authorisation.authorityId, authorisation.unitId);
      await this.repository.move(tx, suspension, decideLift(suspension, rectification));
      await tx.cancelWork(overdueJob, id);
      const { id: authorisationId, unitId } = authorisation;
      await tx.publish(authorisationResumed, authorisationId, { authorisationId, unitId, suspensionId: id });
      return decideReentry(
        authorisation,
        {
          plan: await this.authorisations.plan(tx, authorisationId),
          securityLead: await this.responsible.securityLeadServes(tx, authorisation),
        },
        ctx.at,
      );
    });
  }

  extend(ctx: ActContext, id: Id, input: z.output<typeof Extension>): Promise<SuspensionAnswer> {
    return this.inCase(ctx, id, async (tx, { authorisation, suspension }) => {
      assertAuthority(ctx.actor, authorisation.authorityId, authorisation.unitId);
      const years = await this.jurisdictions.workingYears(tx);
      const change = decideExtension(suspension, { ...input, by: personOf(ctx.actor).personId }, years, ctx.at);
      const next = await this.repository.move(tx, suspension, change);
      await tx.enqueue(overdueJob, { key: id, dueAt: missedAt(next.deadline), unitId: next.unitId });
      return {};
    });
  }

  one(ctx: ActContext, id: Id): Promise<SuspensionAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const suspension = await this.repository.get(tx, id);
      const authorisation = await this.authorisations.get(tx, suspension.authorisationId);
      assertSees(ctx.actor, authorisation, ctx.at, refuse('suspension.not-found', { id }));
      return this.view(tx, suspension);
    });
  }

  ofAuthorisation(ctx: ActContext, authorisationId: Id): Promise<{ items: SuspensionAnswer[]; next: null }> {
    return this.unitOfWork.read(ctx, async (tx) => {
      assertSees(
        ctx.actor,
        await this.authorisations.get(tx, authorisationId),
        ctx.at,
        refuse('authorisation.not-found', { id: authorisationId }),
      );
      const items: SuspensionAnswer[] = [];
      for (const row of await this.repository.ofAuthorisation(tx, authorisationId)) items.push(await this.view(tx, row));
      return { items, next: null };
    });
  }

  /** By the job at the end of the period; does nothing where it was met or extended. */
  markOverdue(id: Id, now: string, traceparent?: string): Promise<void> {
    return this.unitOfWork.run(systemAct('authorisations', 'authorisation.rectification-overdue', now, traceparent), async (tx) => {
      const { authorisation, suspension } = await this.load(tx, id);
      const change = decideOverdue(suspension, now);
      if (!change) {
        if (canBeOverdue(suspension))
          await tx.enqueue(overdueJob, { key: id, dueAt: missedAt(suspension.deadline), unitId: suspension.unitId });
        return;
      }
      await this.repository.move(tx, suspension, change);
      await tx.record(ofAuthorisation(tx, authorisation, { details: { suspensionId: id, due: suspension.deadline.due } }));
    });
  }

  private paper = (ctx: ActContext, digest: Digest): { digest: Digest; by: Id; at: string } => ({
    digest,
    by: personOf(ctx.actor).personId,
    at: ctx.at,
  });

  /** Locks authorisation, then case: the order in which everyone does. */
  private async load(tx: Tx, id: Id): Promise<Case> {
    const { authorisationId } = await this.repository.get(tx, id);
    const authorisation = await this.authorisations.lock(tx, authorisationId);
    const suspension = await this.repository.lock(tx, id);
    return { authorisation, suspension, rectification: await this.repository.rectification(tx, id) };
  }

  private inCase(ctx: ActContext, id: Id, act: (tx: Tx, found: Case) => Promise<AuthorisationDecision>): Promise<SuspensionAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const found = await this.load(tx, id);
      assertSees(ctx.actor, found.authorisation, ctx.at, refuse('suspension.not-found', { id }));
      const next = await this.authorisations.apply(tx, found.authorisation, await act(tx, found));
      await tx.record(ofAuthorisation(tx, next, { before: found.authorisation, details: { suspensionId: id } }));
      return this.view(tx, await this.repository.get(tx, id));
    });
  }

  private async view(tx: Tx, row: SuspensionRow): Promise<SuspensionAnswer> {
    return suspensionView(row, await this.repository.rectification(tx, row.id));
  }
}

const suspensionView = (suspension: Suspension & { version: number }, rectification: Rectification | undefined): SuspensionAnswer => ({
  ...suspension,
  evidence: [...suspension.evidence],
  extensions: [...suspension.extensions],
  rectification: rectification ? { ...rectification, steps: [...rectification.steps] } : null,
});

function present(rectification: RectificationRow | undefined, suspensionId: Id): RectificationRow {
  if (!rectification) throw refuse('rectification.not-found', { suspensionId });
  return rectification;
}
