import { assertRight, Scenarios } from '#authorisations';
import { assertSees, type ActContext, type Digest, type Id } from '#kernel';
import { UnitOfWork, type Page, type Tx } from '#platform/database';
import { withWait, withWaits } from '#platform/queue';
import { resultOf, RunLife, type StoredResult } from '#runs';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { byScenario, CodeRunView, ColumnLineage } from '../contract.js';
import { sealOf } from '../domain/names.js';
import { refuse } from '../domain/refusals.js';
import { CodeRunsRepository } from '../persistence/code-runs.repository.js';
import type { CodeRunRow, ReadCopy } from '../persistence/entities.js';
import { SubmissionsRepository } from '../persistence/submissions.repository.js';
import { CodeReviews } from './code-reviews.js';
import { CodeRunKind } from './code-run-kind.js';
import { InputGate } from './input-gate.js';

type RunAnswer = z.input<typeof CodeRunView>;

/** A finished production run as the export gate takes it up: where its result stands in quarantine, and what it derives from. */
export interface CodeRunResult extends StoredResult {
  readonly id: Id;
  readonly scenarioId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly codeDigest: Digest;
  readonly copies: readonly ReadCopy[];
  readonly sealedBy: string;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly lineage: readonly ColumnLineage[];
  /** Columns whose groups are called by identifiers, as the interference test found. */
  readonly named: readonly string[];
}

@Injectable()
export class CodeRuns {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: CodeRunsRepository,
    private readonly submissions: SubmissionsRepository,
    private readonly scenarios: Scenarios,
    private readonly gate: InputGate,
    private readonly reviews: CodeReviews,
    private readonly life: RunLife,
    private readonly kind: CodeRunKind,
  ) {}

  /** Queues reviewed code over raw copies: unattended, its result into quarantine (MOD-03). */
  order(ctx: ActContext, submissionId: Id): Promise<RunAnswer> {
    return this.queue(ctx, submissionId, 'production');
  }

  /** Queues the same code over the desensitised samples of the same copies; no review is needed for that. */
  tryOut(ctx: ActContext, submissionId: Id): Promise<RunAnswer> {
    return this.queue(ctx, submissionId, 'trial');
  }

  private queue(ctx: ActContext, submissionId: Id, mode: CodeRunRow['mode']): Promise<RunAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const known = await this.submissions.get(tx, submissionId);
      assertSees(ctx.actor, known, ctx.at, refuse('code-submission.not-found', { id: submissionId }));
      const { authorisation } = await this.scenarios.assertOperatingInClear(tx, known.scenarioId, ctx.at);
      assertRight(authorisation.rights, 'processing-use');
      const submission = await this.submissions.lock(tx, submissionId, 'share');
      if (mode === 'production') await this.reviews.assertMayRunOnRaw(tx, submission);
      await this.gate[mode === 'production' ? 'raw' : 'sampled'](tx, submission.scenarioId, submission.inputs, ctx.at);
      const { digest: codeDigest, authorisationId, unitId, authorityId } = submission;
      const under = { scenarioId: submission.scenarioId, authorisationId, unitId, authorityId };
      const run = { ...under, submissionId, codeDigest, mode, copies: null, lineage: null, interference: null, rows: null };
      return viewOf(await this.life.order(tx, this.kind, run, { submissionId, codeDigest, mode }));
    });
  }

  async cancel(ctx: ActContext, id: Id): Promise<RunAnswer> {
    return viewOf(await this.life.cancel(ctx, this.kind, id));
  }

  list(ctx: ActContext, query: z.output<typeof byScenario>): Promise<Page<RunAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.runs.page(tx, { scenarioId: query.scenarioId }, query);
      return { items: await withWaits(tx, page.items, viewOf), next: page.next };
    });
  }

  detail(ctx: ActContext, id: Id): Promise<RunAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const run = await this.runs.get(tx, id);
      await this.runs.assertSees(tx, run);
      return withWait(tx, run, viewOf);
    });
  }

  /** For the export gate, in its transaction. @throws Refusal `code-run.not-found` for a trial, an unfinished run or a destroyed result */
  async result(tx: Tx, runId: Id, lock?: 'share'): Promise<CodeRunResult> {
    const run = lock === undefined ? await this.runs.get(tx, runId) : await this.runs.lock(tx, runId, lock);
    const { id, scenarioId, authorisationId, unitId, codeDigest, rows, lineage, copies } = run;
    const stored = run.mode === 'production' ? resultOf(run) : undefined;
    if (stored === undefined || rows === null || lineage === null || copies === null) throw refuse('code-run.not-found', { id: runId });
    const columns = lineage.map(({ column }) => column);
    const named = run.interference?.named ?? [];
    const origin = { scenarioId, authorisationId, unitId, codeDigest, copies };
    return { id, ...origin, ...stored, sealedBy: sealOf(scenarioId), rows, columns, lineage, named };
  }
}

/** How many rows a production run found is itself a result: it stands in quarantine with them. */
const viewOf = (run: CodeRunRow): RunAnswer => ({
  id: run.id,
  version: run.version,
  mode: run.mode,
  state: run.state,
  submissionId: run.submissionId,
  codeDigest: run.codeDigest,
  scenarioId: run.scenarioId,
  requestedBy: run.requestedBy,
  requestedAt: run.createdAt,
  startedAt: run.startedAt,
  finishedAt: run.finishedAt,
  waits: null,
  cause: run.cause,
  rows: run.mode === 'trial' ? run.rows : null,
  columns: run.lineage?.map(({ column }) => column) ?? null,
  engine: run.engine,
  destroyedAt: run.destroyedAt,
});
