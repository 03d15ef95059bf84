import { assertRight, Scenarios } from '#authorisations';
import { assertSees, newId, personOf, type ActContext, type Digest, type Id } from '#kernel';
import { UnitOfWork, type Page, type Tx } from '#platform/database';
import { type RunScope, SeatAccess } from '#seats';
import type { OpenRunState } from '#seats/contract';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { byScenario, CodeRunView, ColumnLineage } from '../contract.js';
import { assertMayRunOnRaw } from '../domain/decisions.js';
import { sealOf } from '../domain/names.js';
import { CodeRunsRepository } from '../persistence/code-runs.repository.js';
import type { CodeRunRow, ReadCopy } from '../persistence/entities.js';
import { SubmissionsRepository } from '../persistence/submissions.repository.js';
import { InputGate } from './input-gate.js';
import { runObject, underOf } from './subjects.js';
import { runJob, trialJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

type RunAnswer = z.input<typeof CodeRunView>;

/** A finished production run as the export gate takes it up: where its result stands in quarantine, and what it derives from. */
export interface CodeRunResult {
  readonly id: Id;
  readonly scenarioId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly codeDigest: Digest;
  readonly copies: readonly ReadCopy[];
  readonly objectKey: string;
  readonly objectVersion: string;
  readonly sealedBy: string;
  readonly sha256: Digest;
  readonly bytes: number;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly lineage: readonly ColumnLineage[];
}

@Injectable()
export class CodeRuns {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: CodeRunsRepository,
    private readonly submissions: SubmissionsRepository,
    private readonly scenarios: Scenarios,
    private readonly seats: SeatAccess,
    private readonly gate: InputGate,
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
      await this.seats.assertSeat(tx, ctx.actor, known.scenarioId);
      const submission = await this.submissions.lock(tx, submissionId, 'share');
      if (mode === 'production') assertMayRunOnRaw(submission);
      await this.gate[mode === 'production' ? 'raw' : 'sampled'](tx, submission.scenarioId, submission.inputs, ctx.at);
      const { scenarioId, authorisationId, unitId, authorityId } = submission;
      const run = await this.runs.insert(tx, {
        id: newId(),
        createdAt: ctx.at,
        submissionId,
        codeDigest: submission.digest,
        ...{ scenarioId, authorisationId, unitId, authorityId, mode },
        state: 'queued',
        requestedBy: personOf(ctx.actor).personId,
        ...nothingYet,
      });
      const details = { submissionId, codeDigest: run.codeDigest, mode };
      await tx.record({ action: ctx.action, object: runObject(run), ...underOf(run), details });
      await tx.enqueue(jobOf(run), { key: run.id, unitId, scenarioId });
      return viewOf(run);
    });
  }

  cancel(ctx: ActContext, id: Id): Promise<RunAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const run = await this.runs.lock(tx, id);
      assertSees(ctx.actor, run, ctx.at, refuse('code-run.not-found', { id }));
      return viewOf(await this.end(tx, run));
    });
  }

  /** Ends every open run of a scope: work off the queue, and what still computes keeps no result. */
  async cut(tx: Tx, scope: RunScope, states?: readonly OpenRunState[]): Promise<readonly Id[]> {
    const open = await this.runs.lockOpen(tx, scope, states);
    for (const run of open) await this.end(tx, run);
    return open.map(({ id }) => id);
  }

  list(ctx: ActContext, query: z.output<typeof byScenario>): Promise<Page<RunAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.runs.page(tx, query.scenarioId, query);
      return { items: page.items.map(viewOf), next: page.next };
    });
  }

  detail(ctx: ActContext, id: Id): Promise<RunAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const run = await this.runs.get(tx, id);
      assertSees(ctx.actor, run, ctx.at, refuse('code-run.not-found', { id }));
      return viewOf(run);
    });
  }

  /** For the export gate, in its transaction. @throws Refusal `code-run.not-found` for a trial, an unfinished run or a destroyed result */
  async result(tx: Tx, runId: Id, lock?: 'share'): Promise<CodeRunResult> {
    const run = lock === undefined ? await this.runs.get(tx, runId) : await this.runs.lock(tx, runId, lock);
    const { id, scenarioId, authorisationId, unitId, codeDigest, objectKey, objectVersion, sha256, bytes, rows, lineage, copies } = run;
    if (run.mode !== 'production' || run.state !== 'succeeded' || run.destroyedAt !== null)
      throw refuse('code-run.not-found', { id: runId });
    if (
      objectKey === null ||
      objectVersion === null ||
      sha256 === null ||
      bytes === null ||
      rows === null ||
      lineage === null ||
      copies === null
    )
      throw refuse('code-run.not-found', { id: runId });
    const columns = lineage.map(({ column }) => column);
    return {
      id,
      scenarioId,
      authorisationId,
      unitId,
      codeDigest,
      copies,
      objectKey,
      objectVersion,
      sealedBy: sealOf(scenarioId),
      sha256,
      bytes,
      rows,
      columns,
      lineage,
    };
  }

  private async end(tx: Tx, run: CodeRunRow): Promise<CodeRunRow> {
    const ended = await this.runs.move(tx, run, { state: 'cancelled', cause: { code: 'coderuns.cut' }, finishedAt: tx.context.at });
    await tx.cancelWork(jobOf(run), run.id);
    await tx.record({ action: 'code-run.cancelled', object: runObject(run), ...underOf(run), reasons: ['coderuns.cut'] });
    return ended;
  }
}

const jobOf = ({ mode }: Pick<CodeRunRow, 'mode'>) => (mode === 'trial' ? trialJob : runJob);

const nothingYet = {
  startedAt: null,
  finishedAt: null,
  cause: null,
  copies: null,
  lineage: null,
  rows: null,
  bytes: null,
  objectKey: null,
  objectVersion: null,
  sha256: null,
  engine: null,
  destroyedAt: null,
} as const;

function causeView(cause: CodeRunRow['cause']): RunAnswer['cause'] {
  if (cause === null) return null;
  const { fields, ...rest } = cause;
  return { ...rest, ...(fields === undefined ? {} : { fields: [...fields] }) };
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
  cause: causeView(run.cause),
  rows: run.mode === 'trial' ? run.rows : null,
  columns: run.lineage?.map(({ column }) => column) ?? null,
  engine: run.engine,
  destroyedAt: run.destroyedAt,
});
