import { Organisations, areAffiliated, assertSees, personOf } from '#identity';
import { type ActContext, type Id, dayOf, endOfDay, newId, systemAct } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { PartnersQuery } from '../contract.js';
import { assertUnit, assertUnitOrAuthority } from '../domain/acting.js';
import { isPast } from '../domain/calendar-day.js';
import { decidePartnerApproval, decidePartnerRejection, decidePartnerReview, partiesOf, partnerDigest } from '../domain/partner.js';
import type { Ballot } from '../domain/messages/common.messages.js';
import type { PartnerView, RequestPartner } from '../domain/messages/scenarios.messages.js';
import { AuthorisationsRepository } from '../persistence/authorisations.repository.js';
import type { PartnerRow } from '../persistence/request.entities.js';
import { PartnersRepository, ScenariosRepository } from '../persistence/scenarios.repository.js';
import { approvalView } from './approval-view.js';
import { Closing } from './closing.js';
import { ofPartner } from './journalled.js';
import { Jurisdictions } from './jurisdictions.js';
import { Reviews } from './reviews.js';
import { StageBodies } from './stage-bodies.js';
import { endPartnerJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

type PartnerAnswer = z.input<typeof PartnerView>;

/** Admissions of secondary developers and technical cooperations (AUTH-26..30). */
@Injectable()
export class PartnerActs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: PartnersRepository,
    private readonly scenarios: ScenariosRepository,
    private readonly authorisations: AuthorisationsRepository,
    private readonly organisations: Organisations,
    private readonly jurisdictions: Jurisdictions,
    private readonly reviews: Reviews,
    private readonly bodies: StageBodies,
    private readonly closing: Closing,
  ) {}

  /** Files the record and sends it to its parties. For an admission the developer is who asks, so the unit may judge (AUTH-27). */
  request(ctx: ActContext, input: z.output<typeof RequestPartner>): Promise<PartnerAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const { affiliatesDeclared, ...asked } = input;
      const { authorisationId } = await this.scenarios.get(tx, asked.scenarioId);
      const authorisation = await this.authorisations.lock(tx, authorisationId, 'share');
      const scenario = await this.scenarios.lock(tx, asked.scenarioId, 'share');
      assertSees(ctx.actor, scenario, ctx.at, refuse('scenario.not-found', { id: scenario.id }));
      assertUnit(ctx.actor, scenario.unitId);
      const [unit, other] = [await this.organisations.get(tx, scenario.unitId), await this.organisations.get(tx, asked.organisationId)];
      const draft = await this.repository.insert(tx, {
        id: newId(Date.parse(ctx.at)),
        createdAt: ctx.at,
        authorisationId,
        unitId: scenario.unitId,
        authorityId: scenario.authorityId,
        ...asked,
        revision: 0,
        state: 'draft',
        requesterId: personOf(ctx.actor).personId,
        approvedAt: null,
      });
      const profile = await this.jurisdictions.profileAt(tx, authorisation.profileId, dayOf(ctx.at));
      const named = ['authority', 'operating-unit'] as const;
      const bodies = await this.bodies.required(tx, scenario.authorityId, partiesOf(asked.kind, profile), named);
      const { change, slots } = decidePartnerReview(
        draft,
        {
          authorisation,
          profile,
          parent: asked.parentId === null ? null : await this.repository.lock(tx, asked.parentId, 'share'),
          affiliates: affiliatesDeclared ? [...unit.affiliateIds, ...(areAffiliated(unit, other) ? [other.id] : [])] : null,
        },
        { ...bodies, authority: scenario.authorityId, 'operating-unit': scenario.unitId },
      );
      const row = await this.repository.move(tx, draft, change);
      await this.reviews.open(tx, {
        ownerId: row.id,
        subject: { kind: 'partner', id: row.id, version: row.revision, digest: partnerDigest(row) },
        slots,
        requesterId: row.requesterId,
        requesterOrganisationIds: [row.organisationId, ...(slots.some((slot) => slot.party === 'operating-unit') ? [] : [row.unitId])],
      });
      await tx.record(ofPartner(tx, row));
      return this.view(tx, row);
    });
  }

  vote(ctx: ActContext, id: Id, ballot: z.output<typeof Ballot>): Promise<PartnerAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.repository.lock(tx, id);
      await this.repository.assertSees(tx, row);
      const approval = await this.reviews.cast(tx, { kind: 'partner', id }, ballot, partnerDigest(row), row);
      const change =
        approval.state === 'approved'
          ? decidePartnerApproval(row, approval, ctx.at)
          : approval.state === 'rejected'
            ? decidePartnerRejection(row)
            : {};
      const next = await this.repository.apply(tx, row, change);
      if (next.state === 'approved') await this.endByItself(tx, next);
      await tx.record(ofPartner(tx, next, { before: row, details: { verdict: ballot.verdict, review: approval.state } }));
      return this.view(tx, next);
    });
  }

  end(ctx: ActContext, id: Id): Promise<PartnerAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.repository.lock(tx, id);
      await this.repository.assertSees(tx, row);
      assertUnitOrAuthority(ctx.actor, row.authorityId, row.unitId);
      return this.view(tx, await this.close(tx, row, ctx.action));
    });
  }

  private async endByItself(tx: Tx, { id, until, scenarioId, unitId }: PartnerRow): Promise<void> {
    await tx.enqueue(endPartnerJob, { key: id, dueAt: endOfDay(until), unitId, scenarioId });
  }

  /** By the job at the end of its last day, ordered again where that is still ahead; does nothing for one that ended before (AUTH-30). */
  expire(id: Id, now: string, traceparent?: string): Promise<void> {
    return this.unitOfWork.run(systemAct('authorisations', 'partner.ended', now, traceparent), async (tx) => {
      const row = await this.repository.lock(tx, id);
      if (row.state !== 'approved') return;
      if (isPast(row.until, now)) await this.close(tx, row, 'partner.ended');
      else await this.endByItself(tx, row);
    });
  }

  list(ctx: ActContext, query: z.output<typeof PartnersQuery>): Promise<{ items: PartnerAnswer[]; next: string | null }> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.repository.page(tx, { scenarioId: query.scenarioId }, query);
      const items: PartnerAnswer[] = [];
      for (const row of page.items) items.push(await this.view(tx, row));
      return { items, next: page.next };
    });
  }

  one(ctx: ActContext, id: Id): Promise<PartnerAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.repository.get(tx, id);
      await this.repository.assertSees(tx, row);
      return this.view(tx, row);
    });
  }

  /** What hangs on a record ends with it. */
  private async close(tx: Tx, row: PartnerRow, action: string): Promise<PartnerRow> {
    const ended = await this.repository.move(tx, row, { state: 'ended' });
    await this.closing.partnerEnded(tx, row, ended, action);
    for (const below of await this.repository.below(tx, row.id))
      if (below.state === 'approved') await this.close(tx, below, 'partner.ended');
    return ended;
  }

  private async view(tx: Tx, row: PartnerRow): Promise<PartnerAnswer> {
    const { id, version, kind, authorisationId, scenarioId, unitId, organisationId, parentId, scope, until, files, state, approvedAt } =
      row;
    const review = approvalView(await this.reviews.latest(tx, 'partner', id));
    const shown = { id, version, kind, authorisationId, scenarioId, unitId, organisationId, parentId, scope, until, state, approvedAt };
    return { ...shown, files: [...files], digest: partnerDigest(row), review };
  }
}
