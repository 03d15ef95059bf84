import { newId, personOf, type ActContext, type Id } from '#kernel';
import { pageWithin, UnitOfWork, type PageRequest, type Tx } from '#platform/database';
import { OBJECTS, type Objects } from '#platform/objects';
import { Inject, Injectable } from '@nestjs/common';
import { text } from 'node:stream/consumers';
import type { z } from 'zod';
import { PreviewView, type ChecksView, type ReviewExport, type ReviewsView, type ReviewView } from '../contract.js';
import { itemsToAnswer } from '../domain/gate.js';
import { assertIndependent, decideReview, visibleDecisions } from '../domain/review.js';
import type { CheckRoundRow, ExportRequestRow } from '../persistence/entities.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { checksView, reviewView, underOf } from './export-views.js';
import { scenarioKey } from './places.js';
import { Standing } from './standing.js';
import { refuse } from '../domain/refusals.js';

const filesOfPreview = PreviewView.shape.files;

/** What reviewers see and decide, blind of one another. */
@Injectable()
export class ExportReviews {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: RequestsRepository,
    private readonly standing: Standing,
    @Inject(OBJECTS) private readonly objects: Objects,
  ) {}

  checks(ctx: ActContext, id: Id): Promise<z.input<typeof ChecksView>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.visible(tx, ctx, id);
      return checksView(await this.lastRound(tx, row), await this.standing.sight(tx, ctx, row));
    });
  }

  /** Shape and aggregates only, and not for the requester's side: the result has not left. @throws Refusal `export.reviewer-not-independent` */
  async preview(ctx: ActContext, id: Id): Promise<z.input<typeof PreviewView>> {
    const { round, row } = await this.unitOfWork.read(ctx, async (tx) => {
      const found = await this.visible(tx, ctx, id);
      assertIndependent(found, await this.standing.reviewer(tx, ctx.actor, found));
      return { row: found, round: await this.lastRound(tx, found) };
    });
    const sealed = { sealedBy: scenarioKey(row.scenarioId), version: round.previewVersion };
    const files = filesOfPreview.parse(JSON.parse(await text(await this.objects.get(round.previewKey, sealed))));
    return { requestId: id, round: round.round, files };
  }

  /** @throws Refusal of decideReview, `export.closed` */
  decide(ctx: ActContext, id: Id, answer: z.output<typeof ReviewExport>): Promise<z.input<typeof ReviewView>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.requests.lock(tx, id);
      this.standing.assertSees(ctx, row);
      await this.standing.assertOpen(tx, row);
      const reviewer = await this.standing.reviewer(tx, ctx.actor, row, 'share');
      const round = await this.requests.round(tx, id, row.round);
      const { state, requesterId, slots, bindingDigest } = row;
      if (round === undefined || bindingDigest === null) throw refuse('export.not-in-review', { id, state });
      const { standing: decisions } = await this.standing.decisions(tx, row);
      const facts = { requestId: id, state, requesterId, slots, items: itemsToAnswer(round.checks), binding: bindingDigest, decisions };
      const given = { ...answer, binding: answer.binding as typeof bindingDigest };
      const { decision, outcome } = decideReview(facts, reviewer, given, { id: newId(), at: ctx.at });
      const { organisationId, grantId } = reviewer;
      await this.requests.addReview(tx, { ...decision, requestId: id, round: row.round, organisationId, grantId });
      // The verdict stays out of the journal's details until the review is over: other reviewers may be readers of it.
      await tx.record({
        action: 'export-request.reviewed',
        ...underOf(row),
        after: decision,
        details: { round: row.round, party: decision.party, grantId },
      });
      if (outcome !== 'open') await this.close(tx, row, outcome);
      return reviewView(decision, row.round, 'whole');
    });
  }

  reviews(ctx: ActContext, id: Id, request: PageRequest): Promise<z.input<typeof ReviewsView>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.visible(tx, ctx, id);
      const all = await this.requests.reviews(tx, id);
      const shown = visibleDecisions(row.state, all, personOf(ctx.actor).personId);
      const rounds = new Map(all.map((one) => [one.id, one.round]));
      const sight = await this.standing.sight(tx, ctx, row);
      const page = pageWithin(shown, request);
      return { items: page.items.map((one) => reviewView(one, rounds.get(one.id) ?? 0, sight)), next: page.next };
    });
  }

  private async close(tx: Tx, row: ExportRequestRow, outcome: 'approved' | 'returned'): Promise<void> {
    const next = await this.requests.move(tx, row, { state: outcome });
    await tx.record({ action: `export-request.${outcome}`, ...underOf(row), before: row, after: next });
  }

  private async visible(tx: Tx, ctx: ActContext, id: Id): Promise<ExportRequestRow> {
    const row = await this.requests.get(tx, id);
    this.standing.assertSees(ctx, row);
    return row;
  }

  /** The checks of this round, or those of the round before while new ones run. */
  private async lastRound(tx: Tx, row: ExportRequestRow): Promise<CheckRoundRow> {
    const round = (await this.requests.round(tx, row.id, row.round)) ?? (await this.requests.round(tx, row.id, row.round - 1));
    if (round === undefined) throw refuse('export.not-checked', { id: row.id, state: row.state });
    return round;
  }
}
