import { copyNotFound } from '#datasets';
import { newId, personOf, sees, type ActContext, type Id } from '#kernel';
import { UnitOfWork, type Page, type Tx } from '#platform/database';
import type { RunScope } from '#seats';
import type { OpenRunState } from '#seats/contract';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { byScenario, DesensitisationRunView, SampleView, StartRun } from '../contract.js';
import { assertGranted, sameColumns } from '../domain/decisions.js';
import type { PlanRow, RunRow } from '../persistence/entities.js';
import { PlansRepository } from '../persistence/plans.repository.js';
import { RunsRepository } from '../persistence/runs.repository.js';
import { belongingOf, runObject, underOf } from './belonging.js';
import { CopyGate } from './copy-gate.js';
import { runJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

type RunAnswer = z.input<typeof DesensitisationRunView>;
type SampleAnswer = z.input<typeof SampleView>;

@Injectable()
export class Runs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly plans: PlansRepository,
    private readonly runs: RunsRepository,
    private readonly gate: CopyGate,
  ) {}

  /** Queues a run of an approved plan over a delivered copy (DES-03). */
  order(ctx: ActContext, input: z.output<typeof StartRun>): Promise<RunAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const known = await this.plans.get(tx, input.planId);
      if (!sees(ctx.actor, known, ctx.at)) throw refuse('desensitisation-plan.not-found', { id: input.planId });
      const copy = await this.gate.usable(tx, input.copyId ?? known.copyId, ctx.at);
      const plan = await this.plans.lock(tx, known.id, 'share');
      if (copy.datasetId !== plan.datasetId || copy.scenarioId !== plan.scenarioId) throw copyNotFound(copy.copyId);
      const approved = approvedContent(plan);
      if (!sameColumns(copy.columns, plan.columns)) throw refuse('desensitisation.columns-differ');
      assertGranted(approved.content, await this.gate.grant(tx, copy, ctx.at));
      const run = await this.runs.insert(tx, {
        id: newId(),
        createdAt: ctx.at,
        ...belongingOf(copy),
        state: 'queued',
        planId: plan.id,
        planRevision: plan.revision,
        planDigest: approved.digest,
        planContent: approved.content,
        planColumns: plan.columns,
        requestedBy: personOf(ctx.actor).personId,
        ...nothingYet,
      });
      const details = { planId: plan.id, revision: plan.revision, copyId: copy.copyId };
      await tx.record({ action: 'desensitisation-run.ordered', object: runObject(run), ...underOf(run), details });
      await tx.enqueue(runJob, { key: run.id, unitId: run.unitId, scenarioId: run.scenarioId });
      return viewOf(run);
    });
  }

  cancel(ctx: ActContext, id: Id): Promise<RunAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const run = await this.runs.lock(tx, id);
      assertSeesRun(tx, run);
      return viewOf(await this.end(tx, run, 'desensitisation.cut'));
    });
  }

  /** Ends every open run of a scope, queued and running: their work is taken off the queue, and what still computes cannot publish. */
  async cut(tx: Tx, scope: RunScope, states?: readonly OpenRunState[]): Promise<readonly Id[]> {
    const open = await this.runs.lockOpen(tx, scope, states);
    for (const run of open) await this.end(tx, run, 'desensitisation.cut');
    return open.map(({ id }) => id);
  }

  list(ctx: ActContext, query: z.output<typeof byScenario>): Promise<Page<RunAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.runs.page(tx, filterOf(query), query);
      return { items: page.items.map(viewOf), next: page.next };
    });
  }

  detail(ctx: ActContext, id: Id): Promise<RunAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const run = await this.runs.get(tx, id);
      assertSeesRun(tx, run);
      return viewOf(run);
    });
  }

  /** What stands in dev: outputs of finished runs alone (DES-02). */
  listSamples(ctx: ActContext, query: z.output<typeof byScenario>): Promise<Page<SampleAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.runs.pageOfStanding(tx, filterOf(query), query);
      return { items: page.items.map(sampleViewOf), next: page.next };
    });
  }

  private async end(tx: Tx, run: RunRow, code: string): Promise<RunRow> {
    const ended = await this.runs.move(tx, run, { state: 'cancelled', cause: { code }, finishedAt: tx.context.at });
    await tx.cancelWork(runJob, run.id);
    await tx.record({ action: 'desensitisation-run.cancelled', object: runObject(run), ...underOf(run), reasons: [code] });
    return ended;
  }
}

const nothingYet = {
  startedAt: null,
  finishedAt: null,
  cause: null,
  proof: null,
  lineage: null,
  rowsIn: null,
  rowsOut: null,
  objectKey: null,
  objectVersion: null,
  sha256: null,
  bytes: null,
  engine: null,
  keyVersions: {},
  destroyedAt: null,
} as const;

const filterOf = ({ scenarioId }: { scenarioId?: Id | undefined }) => (scenarioId === undefined ? {} : { scenarioId });

/** @throws Refusal `desensitisation.plan-not-approved` */
function approvedContent(plan: PlanRow): { content: NonNullable<PlanRow['content']>; digest: NonNullable<PlanRow['digest']> } {
  if (plan.state !== 'approved' || plan.content === null || plan.digest === null) throw refuse('desensitisation.plan-not-approved');
  return { content: plan.content, digest: plan.digest };
}

function assertSeesRun(tx: Tx, run: RunRow): void {
  if (!sees(tx.context.actor, run, tx.context.at)) throw refuse('desensitisation-run.not-found', { id: run.id });
}

const viewOf = (run: RunRow): RunAnswer => ({
  id: run.id,
  version: run.version,
  state: run.state,
  planId: run.planId,
  planRevision: run.planRevision,
  planDigest: run.planDigest,
  copyId: run.copyId,
  datasetId: run.datasetId,
  scenarioId: run.scenarioId,
  requestedAt: run.createdAt,
  startedAt: run.startedAt,
  finishedAt: run.finishedAt,
  cause: causeView(run.cause),
  proof: run.proof === null ? null : { passed: run.proof.passed, checks: [...run.proof.checks] },
  lineage: run.lineage === null ? null : [...run.lineage],
  rowsIn: run.rowsIn,
  rowsOut: run.rowsOut,
  sha256: run.sha256,
  bytes: run.bytes,
  engine: run.engine,
  keyVersions: { ...run.keyVersions },
  destroyedAt: run.destroyedAt,
});

function causeView(cause: RunRow['cause']): RunAnswer['cause'] {
  if (cause === null) return null;
  const { columns, ...rest } = cause;
  return { ...rest, ...(columns === undefined ? {} : { columns: [...columns] }) };
}

const sampleViewOf = (run: RunRow): SampleAnswer => ({
  runId: run.id,
  scenarioId: run.scenarioId,
  datasetId: run.datasetId,
  copyId: run.copyId,
  rows: run.rowsOut ?? 0,
  sha256: run.sha256 ?? '',
  columns: [...(run.lineage ?? [])],
  publishedAt: run.finishedAt ?? run.createdAt,
});
