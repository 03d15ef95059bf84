import { Organisations, personOf } from '#identity';
import { type ActContext, type Id, dayOf, newId } from '#kernel';
import { type JournalFact, type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { assertAuthority, assertUnitOrAuthority } from '../domain/acting.js';
import {
  decideObjection,
  decideObjectionAnswer,
  decidePublication,
  decideReturn,
  decideSubmission,
} from '../domain/application-decisions.js';
import { decideWithdrawal } from '../domain/authorisation-decisions.js';
import { assertNotSuperseded } from '../domain/jurisdictions/resolve.js';
import { refuse } from '../domain/refusals.js';
import { assertRenewable, type RenewalFacts } from '../domain/term.js';
import type {
  AnswerObjection,
  Application,
  DraftAuthorisation,
  Publication,
  RaiseObjection,
  Return,
  Submission,
  Withdrawal,
} from '../domain/messages/authorisations.messages.js';
import type { AuthorisationRow } from '../persistence/authorisation.entities.js';
import { type AuthorisationDecision, AuthorisationsRepository } from '../persistence/authorisations.repository.js';
import { type AuthorisationAnswer, AuthorisationViews } from './authorisation-views.js';
import { ofAuthorisation } from './journalled.js';
import { Jurisdictions } from './jurisdictions.js';
import { ResponsiblePeople } from './responsible-people.js';
import { Reviews } from './reviews.js';
import { StageBodies } from './stage-bodies.js';

type Said<T extends z.ZodType> = z.output<T>;

/** From draft to publication: what the unit files and the authority decides about it. */
@Injectable()
export class Applications {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: AuthorisationsRepository,
    private readonly views: AuthorisationViews,
    private readonly jurisdictions: Jurisdictions,
    private readonly reviews: Reviews,
    private readonly bodies: StageBodies,
    private readonly organisations: Organisations,
    private readonly responsible: ResponsiblePeople,
  ) {}

  draft(ctx: ActContext, input: Said<typeof DraftAuthorisation>): Promise<AuthorisationAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const { unitId, authorityId: named, renewsId, ...application } = input;
      const person = personOf(ctx.actor);
      const authorityId = named ?? person.organisationId;
      const authority = await this.organisations.get(tx, authorityId);
      const unit = await this.organisations.get(tx, unitId);
      if (authority.kind !== 'authority' || unit.kind !== 'unit')
        throw refuse('authorisation.wrong-parties', { authority: authority.kind, unit: unit.kind });
      assertUnitOrAuthority(ctx.actor, authorityId, unitId);
      const profileId = await this.jurisdictions.profileIdOf(tx, authorityId);
      assertNotSuperseded(await this.jurisdictions.profileAt(tx, profileId, dayOf(ctx.at)));
      const renewed = renewsId === undefined ? undefined : await this.repository.get(tx, renewsId);
      if (renewed && renewed.unitId !== unitId) throw refuse('authorisation.not-found', { id: renewed.id });
      if (renewed) assertRenewable(renewed);
      const row = await this.repository.insert(tx, {
        id: newId(Date.parse(ctx.at)),
        createdAt: ctx.at,
        unitId,
        authorityId,
        profileId,
        signedUnder: null,
        signedOn: null,
        state: 'draft',
        ...application,
        revision: 0,
        bodies: {},
        renewsId: renewsId ?? null,
        applicantId: person.personId,
        returned: null,
        publicity: null,
        inForceSince: null,
        ended: null,
      });
      await tx.record(ofAuthorisation(tx, row));
      return this.views.view(tx, row);
    });
  }

  /** Only what is not yet judged is edited; an end date never is (AUTH-17). */
  edit(ctx: ActContext, id: Id, application: Said<typeof Application>): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, (_tx, row) => {
      assertUnitOrAuthority(ctx.actor, row.authorityId, row.unitId);
      if (row.state !== 'draft' && row.state !== 'returned') throw refuse('authorisation.not-editable', { state: row.state });
      return Promise.resolve(application);
    });
  }

  submit(ctx: ActContext, id: Id, input: Said<typeof Submission>): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      assertUnitOrAuthority(ctx.actor, row.authorityId, row.unitId);
      const profile = await this.jurisdictions.profileAt(tx, row.profileId, dayOf(ctx.at));
      await this.responsible.assertOfUnit(tx, row);
      const bodies = await this.bodies.of(tx, row.authorityId);
      const change = decideSubmission(row, profile, bodies, await this.renewal(tx, row, input), ctx.at);
      return { ...change, applicantId: personOf(ctx.actor).personId };
    });
  }

  private async renewal(tx: Tx, row: AuthorisationRow, input: Said<typeof Submission>): Promise<RenewalFacts | null> {
    if (row.renewsId === null) return null;
    const renewed = await this.repository.lock(tx, row.renewsId, 'share');
    assertRenewable(renewed);
    const signedUnder = await this.jurisdictions.profileOf(tx, renewed, 'renewalWindow');
    return { term: renewed.term, signedUnder, evaluation: input.evaluation ?? null };
  }

  return(ctx: ActContext, id: Id, input: Said<typeof Return>): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      await this.reviews.void(tx, 'authorisation', id);
      return decideReturn(row, input, ctx.at);
    });
  }

  publicise(ctx: ActContext, id: Id, input: Said<typeof Publication>): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, async (tx, row) => {
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      const profile = await this.jurisdictions.profileAt(tx, row.profileId, dayOf(ctx.at));
      return decidePublication(row, profile, await this.reviews.latest(tx, 'authorisation', id), input);
    });
  }

  raiseObjection(ctx: ActContext, id: Id, input: Said<typeof RaiseObjection>): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, (_tx, row) => {
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      return Promise.resolve(decideObjection(row, { ...input, answeredOn: null }));
    });
  }

  answerObjection(ctx: ActContext, id: Id, input: Said<typeof AnswerObjection>): Promise<AuthorisationAnswer> {
    return this.change(ctx, id, (_tx, row) => {
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      return Promise.resolve(decideObjectionAnswer(row, input.number, input.answeredOn));
    });
  }

  withdraw(ctx: ActContext, id: Id, input: Said<typeof Withdrawal>): Promise<AuthorisationAnswer> {
    return this.change(
      ctx,
      id,
      async (tx, row) => {
        assertUnitOrAuthority(ctx.actor, row.authorityId, row.unitId);
        const withdrawn = { ...decideWithdrawal(row), ended: { ground: 'withdrawn', at: ctx.at } };
        await tx.end({ kind: 'authorisation', id, unitId: row.unitId, authorityId: row.authorityId }, 'ended');
        return withdrawn;
      },
      { reasons: [input.reason] },
    );
  }

  private change(
    ctx: ActContext,
    id: Id,
    decide: (tx: Tx, row: AuthorisationRow) => Promise<AuthorisationDecision>,
    more: Partial<JournalFact> = {},
  ): Promise<AuthorisationAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.repository.lock(tx, id);
      await this.views.assertVisible(tx, row);
      const next = await this.repository.apply(tx, row, await decide(tx, row));
      await tx.record(ofAuthorisation(tx, next, { before: row, ...more }));
      return this.views.view(tx, next);
    });
  }
}
