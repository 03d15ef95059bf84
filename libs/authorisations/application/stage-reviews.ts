import { type ActContext, type Id, dayOf } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { assertAuthority } from '../domain/acting.js';
import { applicationDigest, decideReturn, type Move } from '../domain/application-decisions.js';
import { type Approval, slotsInOrder } from '../domain/approval.js';
import type { Authorisation } from '../domain/authorisation.js';
import { decideWithdrawal } from '../domain/authorisation-decisions.js';
import { valueOf } from '../domain/jurisdictions/resolve.js';
import type { StageBallot } from '../domain/messages/authorisations.messages.js';
import { AuthorisationsRepository } from '../persistence/authorisations.repository.js';
import { type AuthorisationAnswer, AuthorisationViews } from './authorisation-views.js';
import { ofAuthorisation } from './journalled.js';
import { Jurisdictions } from './jurisdictions.js';
import { Reviews } from './reviews.js';

/** The stages of the profile, passed in order by votes of who acts for each party (AUTH-09). */
@Injectable()
export class StageReviews {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: AuthorisationsRepository,
    private readonly views: AuthorisationViews,
    private readonly jurisdictions: Jurisdictions,
    private readonly reviews: Reviews,
  ) {}

  /** The bodies are those frozen with the revision that was filed. */
  open(ctx: ActContext, id: Id): Promise<AuthorisationAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.repository.lock(tx, id);
      await this.views.assertVisible(tx, row);
      assertAuthority(ctx.actor, row.authorityId, row.unitId);
      const next = await this.repository.move(tx, row, { state: 'reviewing' });
      const profile = await this.jurisdictions.profileAt(tx, row.profileId, dayOf(ctx.at));
      await this.reviews.open(tx, {
        ownerId: id,
        subject: { kind: 'authorisation', id, version: row.revision, digest: applicationDigest(row) },
        slots: slotsInOrder(valueOf(profile, 'stages'), { ...row.bodies, authority: row.authorityId }),
        requesterId: row.applicantId,
        requesterOrganisationIds: [row.unitId],
      });
      await tx.record(ofAuthorisation(tx, next, { before: row }));
      return this.views.view(tx, next);
    });
  }

  /** A no returns the case to be corrected by a day, or without one ends it; its reasons stand in the review (AUTH-03, AUTH-09). */
  vote(ctx: ActContext, id: Id, ballot: z.output<typeof StageBallot>): Promise<AuthorisationAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.repository.lock(tx, id);
      await this.views.assertVisible(tx, row);
      const approval = await this.reviews.cast(tx, { kind: 'authorisation', id }, ballot, applicationDigest(row), row);
      const change = approval.state === 'rejected' ? rejection(row, approval, ballot.correctBy, ctx.at) : {};
      const next = await this.repository.apply(tx, row, change);
      await tx.record(
        ofAuthorisation(tx, next, {
          before: row,
          details: { verdict: ballot.verdict, digest: ballot.digest, review: approval.state, decidedOn: ballot.decidedOn ?? dayOf(ctx.at) },
        }),
      );
      return this.views.view(tx, next);
    });
  }
}

function rejection(row: Authorisation, approval: Approval, correctBy: string | undefined, now: string): Move {
  const reasons = approval.votes.at(-1)?.reasons ?? '';
  if (correctBy !== undefined) return decideReturn(row, { reasons, due: correctBy }, now);
  return { ...decideWithdrawal(row), ended: { ground: 'rejected', at: now } };
}
