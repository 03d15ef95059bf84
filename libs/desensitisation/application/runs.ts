import { copyNotFound } from '#datasets';
import { Standings } from '#identity';
import { sees, type ActContext, type Id } from '#kernel';
import { UnitOfWork, type Page } from '#platform/database';
import { withWait, withWaits } from '#platform/queue';
import { RunLife } from '#runs';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { byScenario, DesensitisationRunView, SampleView, StartRun } from '../contract.js';
import { assertGranted, sameColumns } from '../domain/decisions.js';
import { refuse } from '../domain/refusals.js';
import type { DesensitisationRunRow, PlanRow } from '../persistence/entities.js';
import { PlansRepository } from '../persistence/plans.repository.js';
import { RunsRepository } from '../persistence/runs.repository.js';
import { belongingOf } from './belonging.js';
import { CopyGate } from './copy-gate.js';
import { DesensitisationRunKind } from './desensitisation-run-kind.js';
import { EngineNeeds } from './engine-needs.js';
import { NoiseBudgets } from './noise-budgets.js';

type RunAnswer = z.input<typeof DesensitisationRunView>;
type SampleAnswer = z.input<typeof SampleView>;

@Injectable()
export class Runs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly plans: PlansRepository,
    private readonly runs: RunsRepository,
    private readonly gate: CopyGate,
    private readonly standings: Standings,
    private readonly noise: NoiseBudgets,
    private readonly needs: EngineNeeds,
    private readonly life: RunLife,
    private readonly kind: DesensitisationRunKind,
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
      if (plan.approvedBy !== null) await this.standings.assertNotLocked(tx, plan.approvedBy);
      if (!sameColumns(copy.columns, plan.columns)) throw refuse('desensitisation.columns-differ');
      assertGranted(approved.content, await this.gate.grant(tx, copy, ctx.at));
      this.needs.assertFits(approved.content, copy.size);
      await this.noise.hold(tx, copy, approved.content);
      const asked = {
        ...belongingOf(copy),
        planId: plan.id,
        planRevision: plan.revision,
        planDigest: approved.digest,
        planContent: approved.content,
        planColumns: plan.columns,
        ...{ proof: null, lineage: null, rowsIn: null, rowsOut: null, keyVersions: {} },
      };
      const details = { planId: plan.id, revision: plan.revision, copyId: copy.copyId };
      const run = await this.life.order(tx, this.kind, asked, details);
      await this.noise.charge(tx, run);
      return viewOf(run);
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

  /** What stands in dev: outputs of finished runs alone (DES-02). */
  listSamples(ctx: ActContext, query: z.output<typeof byScenario>): Promise<Page<SampleAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.runs.pageOfStanding(tx, query.scenarioId, query);
      return { items: page.items.map(sampleViewOf), next: page.next };
    });
  }
}

/** @throws Refusal `desensitisation.plan-not-approved` */
function approvedContent(plan: PlanRow): { content: NonNullable<PlanRow['content']>; digest: NonNullable<PlanRow['digest']> } {
  if (plan.state !== 'approved' || plan.content === null || plan.digest === null) throw refuse('desensitisation.plan-not-approved');
  return { content: plan.content, digest: plan.digest };
}

const viewOf = (run: DesensitisationRunRow): RunAnswer => ({
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
  waits: null,
  cause: run.cause,
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

const sampleViewOf = (run: DesensitisationRunRow): SampleAnswer => ({
  runId: run.id,
  scenarioId: run.scenarioId,
  datasetId: run.datasetId,
  copyId: run.copyId,
  rows: run.rowsOut ?? 0,
  sha256: run.sha256 ?? '',
  columns: [...(run.lineage ?? [])],
  publishedAt: run.finishedAt ?? run.createdAt,
});
