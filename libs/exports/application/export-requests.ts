import { Authorisations, scenarioNotFound, Scenarios, valueIfGiven } from '#authorisations';
import { assertSees, newId, personOf, regionsOf, type ActContext, type Id } from '#kernel';
import { UnitOfWork, type Page, type Tx } from '#platform/database';
import { withWait, withWaits } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { ExportRequestsQuery, OpenExportRequest } from '../contract.js';
import { reviewSlots } from '../domain/review-slots.js';
import type { ExportRequestRow } from '../persistence/entities.js';
import { LinksRepository } from '../persistence/links.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { requestView, underOf, type RequestAnswer } from './export-views.js';
import { RunResults } from './run-results.js';
import { manages, Standing } from './standing.js';
import { checkJob, expireJob, quarantineJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

/** Opening, submitting, withdrawing and reading requests. */
@Injectable()
export class ExportRequests {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly requests: RequestsRepository,
    private readonly links: LinksRepository,
    private readonly results: RunResults,
    private readonly standing: Standing,
    private readonly scenarios: Scenarios,
    private readonly authorisations: Authorisations,
  ) {}

  /**
   * Drafts a request for the result of a run of the same scenario (AUTH-18, EXP-04).
   * @throws Refusal `scenario.not-found` where it is another unit's, `export.result-not-ready`, and what keeps the scenario or the seat closed
   */
  open(ctx: ActContext, input: z.output<typeof OpenExportRequest>): Promise<RequestAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const { scenario, authorisation } = await this.scenarios.assertOperating(tx, input.scenarioId, ctx.at);
      assertSees(ctx.actor, scenario, ctx.at, scenarioNotFound(input.scenarioId));
      const result = await this.results.of(tx, input.codeRunId);
      if (result.scenarioId !== scenario.id) throw refuse('export.result-not-ready', { codeRunId: input.codeRunId });
      const profile = await this.authorisations.profileOf(tx, authorisation.id, 'exportReviewers');
      const { declaration } = input;
      const row = await this.requests.insert(tx, {
        id: newId(),
        createdAt: ctx.at,
        unitId: authorisation.unitId,
        authorityId: authorisation.authorityId,
        authorisationId: authorisation.id,
        scenarioId: scenario.id,
        requesterId: personOf(ctx.actor).personId,
        purpose: input.purpose,
        recipient: input.recipient,
        state: 'draft',
        runId: input.codeRunId,
        declaration: declaration === undefined ? null : definedOf(declaration),
        files: [],
        lineage: result.lineage,
        slots: reviewSlots(valueIfGiven(profile, 'exportReviewers') ?? []),
        round: 0,
        ...nothingYet,
      });
      await tx.record({
        action: 'export-request.opened',
        ...underOf(row),
        after: row,
        details: { codeRunId: row.runId },
      });
      return requestView(row);
    });
  }

  /** The result goes into quarantine as the file that may leave, and the checks begin by themselves. */
  submit(ctx: ActContext, id: Id): Promise<RequestAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.ownedBy(tx, ctx, id);
      if (row.state !== 'draft') throw refuse('export.not-submittable', { id, state: row.state });
      await this.scenarios.assertOperating(tx, row.scenarioId, ctx.at);
      const next = await this.requests.move(tx, row, { state: 'quarantined', submittedAt: ctx.at, round: 1 });
      await tx.record({ action: 'export-request.submitted', ...underOf(row), before: row, after: next });
      await tx.enqueue(quarantineJob, { key: id, unitId: row.unitId, scenarioId: row.scenarioId });
      return requestView(next);
    });
  }

  /** The requester, their manager or the authority takes a request back; a released one no longer can be. */
  withdraw(ctx: ActContext, id: Id, reason: string): Promise<RequestAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const row = await this.requests.lock(tx, id);
      this.standing.assertSees(ctx, row);
      if (
        personOf(ctx.actor).personId !== row.requesterId &&
        !manages(ctx.actor, row.unitId) &&
        !regionsOf(ctx.actor).includes(row.authorityId)
      )
        throw refuse('export.not-the-requester', { id });
      const next = await this.requests.move(tx, row, { state: 'withdrawn', endReason: reason });
      for (const job of [quarantineJob, checkJob]) await tx.cancelWork(job, id);
      await tx.record({ action: 'export-request.withdrawn', ...underOf(row), before: row, after: next });
      return requestView(next);
    });
  }

  list(ctx: ActContext, query: z.output<typeof ExportRequestsQuery>): Promise<Page<RequestAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const { scenarioId, state } = query;
      const page = await this.requests.page(tx, { scenarioId, state }, query);
      return { items: await withWaits(tx, page.items, (row) => requestView(row)), next: page.next };
    });
  }

  read(ctx: ActContext, id: Id): Promise<RequestAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.requests.get(tx, id);
      this.standing.assertSees(ctx, row);
      const sight = await this.standing.sight(tx, ctx, row);
      return withWait(tx, row, (one) => requestView(one, sight));
    });
  }

  /** Released results stay downloadable for a while only. */
  async expire(tx: Tx, id: Id): Promise<void> {
    const row = await this.requests.lock(tx, id);
    if (row.state !== 'released' || row.expiresAt === null) return;
    if (tx.context.at < row.expiresAt) {
      // Whatever woke it early must not be the last to wake it.
      await tx.enqueue(expireJob, { key: id, dueAt: row.expiresAt, unitId: row.unitId, scenarioId: row.scenarioId });
      return;
    }
    const next = await this.requests.move(tx, row, { state: 'expired' });
    await this.links.revokeOpen(tx, id);
    await tx.record({ action: 'export-request.expired', ...underOf(row), before: row, after: next });
  }

  private async ownedBy(tx: Tx, ctx: ActContext, id: Id): Promise<ExportRequestRow> {
    const row = await this.requests.lock(tx, id);
    this.standing.assertSees(ctx, row);
    if (personOf(ctx.actor).personId !== row.requesterId) throw refuse('export.not-the-requester', { id });
    return row;
  }
}

const nothingYet = {
  digestKey: null,
  repairs: [],
  binding: null,
  bindingDigest: null,
  volume: null,
  submittedAt: null,
  releasedAt: null,
  releasedBy: null,
  releasedGrantId: null,
  expiresAt: null,
  manifest: null,
  manifestDigest: null,
  endReason: null,
} as const;

type Declaration = NonNullable<z.output<typeof OpenExportRequest>['declaration']>;
const definedOf = ({ counts, magnitudes }: Declaration) => ({
  ...(counts === undefined ? {} : { counts }),
  ...(magnitudes === undefined ? {} : { magnitudes }),
});
