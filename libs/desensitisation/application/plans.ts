import { Standings } from '#identity';
import { mayMove, newId, personOf, sees, type ActContext, type Id } from '#kernel';
import { UnitOfWork, type Page, type Tx } from '#platform/database';
import { withWait, withWaits } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { ApprovePlan, byScenario, DesensitisationPlanView, OutputColumn, Plan } from '../contract.js';
import { assertApprovable, assertFaultless, planDigest, planEditors } from '../domain/decisions.js';
import { checkPlan } from '../domain/plan-check.js';
import { planTransitions } from '../domain/states.js';
import type { PlanRow } from '../persistence/entities.js';
import { PlansRepository } from '../persistence/plans.repository.js';
import { RunsRepository } from '../persistence/runs.repository.js';
import { belongingOf, planObject, underOf } from './belonging.js';
import { CopyGate } from './copy-gate.js';
import { EngineNeeds } from './engine-needs.js';
import { NoiseBudgets } from './noise-budgets.js';
import { proposeJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

type PlanAnswer = z.input<typeof DesensitisationPlanView>;

@Injectable()
export class Plans {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly plans: PlansRepository,
    private readonly runs: RunsRepository,
    private readonly gate: CopyGate,
    private readonly standings: Standings,
    private readonly noise: NoiseBudgets,
    private readonly needs: EngineNeeds,
  ) {}

  /** Orders a proposal from detection over a delivered copy; the plan appears as `proposing` and becomes a draft. */
  propose(ctx: ActContext, copyId: Id): Promise<PlanAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      await this.gate.assertSees(tx, copyId);
      const copy = await this.gate.usable(tx, copyId, ctx.at);
      const plan = await this.plans.insert(tx, {
        id: newId(),
        createdAt: ctx.at,
        ...belongingOf(copy),
        state: 'proposing',
        revision: 0,
        content: null,
        digest: null,
        columns: [],
        findings: [],
        loss: null,
        editedBy: null,
        approvedBy: null,
        approvedAt: null,
        cause: null,
      });
      await tx.record({ action: 'desensitisation-plan.proposal-ordered', object: planObject(plan), ...underOf(plan), details: { copyId } });
      await tx.enqueue(proposeJob, { key: plan.id, unitId: plan.unitId, scenarioId: plan.scenarioId });
      return this.answer(tx, plan);
    });
  }

  /** Replaces the content; an approved plan becomes a draft again. @throws Refusal `desensitisation.plan-faulty` */
  change(ctx: ActContext, id: Id, content: Plan): Promise<PlanAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const plan = await this.seen(tx, id, 'update');
      if (plan.state !== 'draft' && plan.state !== 'approved') throw refuse('desensitisation.plan-not-draft', { state: plan.state });
      assertFaultless(checkPlan(content, plan.columns, plan.findings));
      await this.noise.assertLeft(tx, plan, content);
      const digest = planDigest(content, plan.columns);
      const change = {
        revision: plan.revision + 1,
        content,
        digest,
        loss: null,
        editedBy: personOf(ctx.actor).personId,
        approvedBy: null,
        approvedAt: null,
      };
      const changed = await (plan.state === 'draft'
        ? this.plans.update(tx, plan, change)
        : this.plans.move(tx, plan, { ...change, state: 'draft' }));
      await tx.record({
        action: 'desensitisation-plan.changed',
        object: planObject(plan),
        ...underOf(plan),
        before: plan.content,
        after: content,
        details: { revision: changed.revision, digest },
      });
      return this.answer(tx, changed);
    });
  }

  /** Approves one revision by its digest (DES-03). */
  approve(ctx: ActContext, id: Id, seen: z.output<typeof ApprovePlan>): Promise<PlanAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const plan = await this.seen(tx, id, 'update');
      const approver = await this.standings.acting(tx);
      const problems = plan.content === null ? [] : checkPlan(plan.content, plan.columns, plan.findings);
      const { state, revision, digest, unitId, editedBy } = plan;
      assertApprovable({ state, revision, digest, unitId, editedBy, problems }, approver, seen);
      if (editedBy !== null) await this.standings.assertStands(tx, editedBy, ({ role }) => planEditors.some((editor) => editor === role));
      await this.noise.assertLeft(tx, plan, plan.content);
      const approved = await this.plans.move(tx, plan, { state: 'approved', approvedBy: approver.personId, approvedAt: ctx.at });
      const details = { revision: plan.revision, digest: plan.digest };
      await tx.record({
        action: 'desensitisation-plan.approved',
        object: planObject(plan),
        ...underOf(plan),
        after: plan.content,
        details,
      });
      return this.answer(tx, approved);
    });
  }

  withdraw(ctx: ActContext, id: Id): Promise<PlanAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const plan = await this.seen(tx, id, 'update');
      if (!mayMove(planTransitions, plan.state, 'withdrawn')) throw refuse('desensitisation.plan-not-draft', { state: plan.state });
      const withdrawn = await this.plans.move(tx, plan, { state: 'withdrawn', approvedBy: null, approvedAt: null });
      await tx.record({ action: 'desensitisation-plan.withdrawn', object: planObject(plan), ...underOf(plan) });
      return this.answer(tx, withdrawn);
    });
  }

  list(ctx: ActContext, query: z.output<typeof byScenario>): Promise<Page<PlanAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.plans.page(tx, query.scenarioId, query);
      const items: PlanAnswer[] = [];
      for (const [i, view] of (await withWaits(tx, page.items, viewOf)).entries())
        items.push(await this.withFigures(tx, view, page.items[i]));
      return { items, next: page.next };
    });
  }

  detail(ctx: ActContext, id: Id): Promise<PlanAnswer> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const plan = await this.seen(tx, id);
      return this.withFigures(tx, await withWait(tx, plan, viewOf), plan);
    });
  }

  /** For other contexts: the output columns of a run with what they derive from. Empty before it succeeded. */
  async lineage(tx: Tx, runId: Id): Promise<readonly OutputColumn[]> {
    return (await this.runs.get(tx, runId)).lineage ?? [];
  }

  private answer(tx: Tx, plan: PlanRow): Promise<PlanAnswer> {
    return this.withFigures(tx, viewOf(plan), plan);
  }
  private async withFigures(tx: Tx, view: PlanAnswer, plan: PlanRow | undefined): Promise<PlanAnswer> {
    if (plan === undefined) return view;
    const noiseBudgets = [...(await this.noise.standing(tx, plan, plan.content))];
    const engineNeed = plan.content === null ? null : this.needs.view(plan.content, await this.gate.size(tx, plan.copyId));
    return { ...view, noiseBudgets, engineNeed };
  }

  private async seen(tx: Tx, id: Id, lock?: 'update'): Promise<PlanRow> {
    const plan = lock === undefined ? await this.plans.get(tx, id) : await this.plans.lock(tx, id, lock);
    if (!sees(tx.context.actor, plan, tx.context.at)) throw refuse('desensitisation-plan.not-found', { id });
    return plan;
  }
}

const viewOf = (plan: PlanRow): PlanAnswer => ({
  id: plan.id,
  version: plan.version,
  state: plan.state,
  copyId: plan.copyId,
  datasetId: plan.datasetId,
  scenarioId: plan.scenarioId,
  revision: plan.revision,
  digest: plan.digest,
  content: plan.content,
  columns: [...plan.columns],
  findings: [...plan.findings],
  noiseBudgets: [],
  engineNeed: null,
  approvedBy: plan.approvedBy,
  approvedAt: plan.approvedAt,
  waits: null,
  cause: plan.cause,
});
