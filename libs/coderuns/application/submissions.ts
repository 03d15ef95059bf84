import { Standings } from '#identity';
import { scenarioNotFound, assertRight, Scenarios } from '#authorisations';
import { fullShare, assertSees, newId, personOf, type ActContext, type Id, type Taker } from '#kernel';
import { UnitOfWork, type Page, type Tx } from '#platform/database';
import { SeatAccess } from '#seats';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { byScenario, CodeSubmissionView, ReviewCode, SubmitCode } from '../contract.js';
import { assertInputs, codeDigest, lineageView, type CodeInput } from '../domain/code.js';
import { assertReviewable } from '../domain/decisions.js';
import type { SubmissionRow } from '../persistence/entities.js';
import { SubmissionsRepository } from '../persistence/submissions.repository.js';
import { CodeReading, type Tables } from './code-reading.js';
import { declaredColumns, InputGate } from './input-gate.js';
import { submissionObject, underOf } from './subjects.js';
import { refuse } from '../domain/refusals.js';

/** How much code may wait for review at once. */
const waitingLimits = { person: 50, unit: 200 } as const;

type SubmissionAnswer = z.input<typeof CodeSubmissionView>;

@Injectable()
export class Submissions {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly submissions: SubmissionsRepository,
    private readonly scenarios: Scenarios,
    private readonly seats: SeatAccess,
    private readonly gate: InputGate,
    private readonly reading: CodeReading,
    private readonly standings: Standings,
  ) {}

  /** Hands in code for review. It is parsed first, so that what cannot run is refused with its place, and reviewers see what it derives. */
  async submit(ctx: ActContext, input: z.output<typeof SubmitCode>): Promise<SubmissionAnswer> {
    assertInputs(input.inputs);
    const looked = await this.look(ctx, input);
    const { derivations } = await this.reading.read(takerOf(ctx), input.sql, looked);
    return this.unitOfWork.run(ctx, async (tx) => {
      const { scenario } = await this.scenarios.assertOperatingInClear(tx, input.scenarioId, ctx.at);
      const seat = await this.seats.assertSeat(tx, ctx.actor, input.scenarioId);
      const inputs = await this.inputsOf(tx, input, ctx);
      const { id: scenarioId, authorisationId, unitId, authorityId } = scenario;
      await this.assertRoom(tx, unitId, personOf(ctx.actor).personId);
      const { purpose, language, title, sql } = input;
      const submission = await this.submissions.insert(tx, {
        id: newId(),
        createdAt: ctx.at,
        ...{ scenarioId, authorisationId, unitId, authorityId },
        ...{ state: 'submitted', purpose, language, title, sql, inputs },
        digest: codeDigest({ scenarioId, purpose, language, sql, inputs }),
        derivations,
        submittedBy: personOf(ctx.actor).personId,
        seatId: seat.id,
        reviewedBy: null,
        reviewedAt: null,
        reasons: null,
      });
      const details = { digest: submission.digest, purpose, copies: inputs.map(({ copyId }) => copyId) };
      await tx.record({ action: 'code-submission.submitted', object: submissionObject(submission), ...underOf(submission), details });
      return viewOf(submission);
    });
  }

  /** One reviewer outside the unit reads the code and approves its digest, or returns it with reasons (MOD-03). */
  review(ctx: ActContext, id: Id, input: z.output<typeof ReviewCode>): Promise<SubmissionAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const submission = await this.submissions.lock(tx, id);
      assertSees(ctx.actor, submission, ctx.at, refuse('code-submission.not-found', { id }));
      const reviewer = await this.standings.acting(tx);
      assertSees(reviewer, submission, ctx.at, refuse('code-submission.not-found', { id }));
      assertReviewable(submission, reviewer, input.digest);
      await this.standings.assertStands(
        tx,
        submission.submittedBy,
        ({ role, scope }) => role === 'unit-developer' && scope.kind === 'unit' && scope.organisationId === submission.unitId,
      );
      const state = input.verdict === 'approve' ? 'reviewed' : 'returned';
      const reviewed = await this.submissions.move(tx, submission, {
        state,
        reviewedBy: reviewer.personId,
        reviewedAt: ctx.at,
        reasons: input.reasons,
      });
      const fact = { object: submissionObject(submission), ...underOf(submission), details: { digest: submission.digest } };
      await tx.record({ action: ctx.action, ...fact });
      await tx.record({ action: `code-submission.${state}`, ...fact, reasons: [input.reasons] });
      return viewOf(reviewed);
    });
  }

  list(ctx: ActContext, query: z.output<typeof byScenario>): Promise<Page<SubmissionAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.submissions.page(tx, query.scenarioId, query);
      return { items: page.items.map(viewOf), next: page.next };
    });
  }

  detail(ctx: ActContext, id: Id): Promise<SubmissionAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const submission = await this.submissions.get(tx, id);
      assertSees(ctx.actor, submission, ctx.at, refuse('code-submission.not-found', { id }));
      return viewOf(submission);
    });
  }

  /** @throws Refusal `code-submission.too-many-waiting` naming whose share is full. */
  private async assertRoom(tx: Tx, unitId: Id, personId: Id): Promise<void> {
    const full = fullShare(await this.submissions.waiting(tx, unitId, personId), waitingLimits);
    if (full !== undefined) throw refuse('code-submission.too-many-waiting', full);
  }

  /** Before anything is parsed: may this person hand in code here, and which columns are there. */
  private look(ctx: ActContext, input: z.output<typeof SubmitCode>): Promise<Tables> {
    const { idempotency: _, ...once } = ctx;
    return this.unitOfWork.run(once, async (tx) => {
      const { scenario, authorisation } = await this.scenarios.assertOperatingInClear(tx, input.scenarioId, ctx.at);
      assertSees(ctx.actor, scenario, ctx.at, scenarioNotFound(input.scenarioId));
      assertRight(authorisation.rights, 'processing-use');
      const copies = await this.gate.copiesOf(tx, input.scenarioId, input.inputs, ctx.at);
      return new Map(copies.map(({ as, file, fields, releases }) => [as, declaredColumns(file.columns, fields, releases)]));
    });
  }

  private async inputsOf(tx: Tx, input: z.output<typeof SubmitCode>, ctx: ActContext): Promise<readonly CodeInput[]> {
    const copies = await this.gate.copiesOf(tx, input.scenarioId, input.inputs, ctx.at);
    return copies.map(({ as, copy }) => ({ copyId: copy.id, datasetId: copy.datasetId, as }));
  }
}

function takerOf({ actor }: ActContext): Taker {
  const { personId, organisationId } = personOf(actor);
  return { person: personId, unit: organisationId };
}

const viewOf = (submission: SubmissionRow): SubmissionAnswer => ({
  id: submission.id,
  version: submission.version,
  state: submission.state,
  scenarioId: submission.scenarioId,
  purpose: submission.purpose,
  title: submission.title,
  sql: submission.sql,
  inputs: [...submission.inputs],
  digest: submission.digest,
  submittedBy: submission.submittedBy,
  submittedAt: submission.createdAt,
  lineage: lineageView(submission.derivations ?? [], undefined, submission.inputs),
  reviewedBy: submission.reviewedBy,
  reviewedAt: submission.reviewedAt,
  reasons: submission.reasons,
});
