import { sees, systemAct, type ActContext, type Clock, type Id, type Refusal } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { endsWork, withWait, type JobRun } from '#platform/queue';
import { RunScratch } from '#runs';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { LossPreviewView } from '../contract.js';
import { assertFaultless, assertGranted } from '../domain/decisions.js';
import { assertNotOfUnit, previewable, shownLoss, standingLoss } from '../domain/loss-preview.js';
import { checkPlan } from '../domain/plan-check.js';
import { refuse } from '../domain/refusals.js';
import { proposeJob } from '../domain/work.js';
import type { PlanRow } from '../persistence/entities.js';
import { PlansRepository } from '../persistence/plans.repository.js';
import { Anonymising } from './anonymising.js';
import { planObject, underOf } from './belonging.js';
import { CopyGate } from './copy-gate.js';
import { Desensitising, rawFile, rawInput } from './desensitising.js';
import { EngineNeeds } from './engine-needs.js';
import { PseudonymKeys } from './pseudonym-keys.js';

type Answer = z.input<typeof LossPreviewView>;
type Attempt = Pick<JobRun, 'signal' | 'held' | 'traceparent'>;

/**
 * What a plan's k would cost, before anybody approves it: the search that a run does, over the rows that it would draw, and nothing after
 * that. For the provider and the authority alone, who have the rows; each revision is measured once.
 */
@Injectable()
export class LossPreviews {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly plans: PlansRepository,
    private readonly gate: CopyGate,
    private readonly needs: EngineNeeds,
    private readonly scratch: RunScratch,
    private readonly anonymising: Anonymising,
    private readonly desensitising: Desensitising,
    private readonly pseudonymKeys: PseudonymKeys,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  order(ctx: ActContext, id: Id): Promise<Answer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const known = await this.seen(tx, id);
      const copy = await this.gate.usable(tx, known.copyId, ctx.at);
      const plan = await this.plans.lock(tx, id, 'update');
      const { content, digest } = previewable(plan);
      assertFaultless(checkPlan(content, plan.columns, plan.findings));
      assertGranted(content, await this.gate.grant(tx, copy, ctx.at));
      this.needs.assertFits(content, copy.size);
      const there = standingLoss(plan);
      const isThere = there !== undefined && there.state !== 'failed';
      const ordered = isThere ? plan : await this.plans.update(tx, plan, { loss: { digest, state: 'measuring' } });
      const details = { revision: plan.revision, digest, isThere };
      await tx.record({ action: 'desensitisation-plan.loss-ordered', object: planObject(plan), ...underOf(plan), details });
      if (!isThere) await tx.enqueue(proposeJob, { key: plan.id, unitId: plan.unitId, scenarioId: plan.scenarioId });
      return viewOf(ordered);
    });
  }

  read(ctx: ActContext, id: Id): Promise<Answer> {
    return this.unitOfWork.read(ctx, async (tx) => withWait(tx, await this.seen(tx, id), viewOf));
  }

  /** Measures a plan whose loss was ordered; does nothing for any other. Safe to run twice. */
  async measure(planId: Id, work: Attempt): Promise<void> {
    const act = (action: string) => systemAct('desensitisation', action, this.clock.now(), work.traceparent);
    try {
      const begun = await this.unitOfWork.run(act('desensitisation-plan.read'), async (tx) => {
        const plan = await this.plans.get(tx, planId);
        if (standingLoss(plan)?.state !== 'measuring') return undefined;
        const copy = await this.gate.usable(tx, plan.copyId, tx.context.at);
        const { content, digest } = previewable(plan);
        assertGranted(content, await this.gate.grant(tx, copy, tx.context.at));
        const { purposes } = this.desensitising.compile(content, plan.columns, { delivery: plan.copyId, seed: '', order: '' });
        return { plan, copy, content, digest, keys: await this.pseudonymKeys.forRun(tx, plan, plan.datasetId, purposes) };
      });
      if (begun === undefined) return;
      const { plan, copy, content, digest, keys } = begun;
      this.needs.assertFits(content, copy.size);
      const searched = { raw: rawInput(copy.columns), plan: content, schema: plan.columns, seed: keys.seed, keys: keys.keys };
      const choice = await this.scratch.with(rawFile(copy), (scratch) => this.anonymising.choose(scratch, searched, work.signal), {
        least: this.needs.scratchFor(content, copy.size),
      });
      if (choice === undefined) throw refuse('desensitisation.nothing-to-preview');
      await this.unitOfWork.run(act('desensitisation-plan.loss-measured'), async (tx) => {
        await this.gate.usable(tx, copy.copyId, tx.context.at);
        const now = await this.plans.lock(tx, planId);
        await work.held(tx);
        if (now.digest !== digest || standingLoss(now)?.state !== 'measuring') return;
        await this.plans.update(tx, now, { loss: { digest, state: 'measured', ...shownLoss(choice) } });
        const details = { revision: now.revision, digest };
        await tx.record({ action: 'desensitisation-plan.loss-measured', object: planObject(now), ...underOf(now), details });
      });
    } catch (fault) {
      if (!endsWork(fault, work)) throw fault;
      await this.unitOfWork.run(act('desensitisation-plan.loss-failed'), async (tx) => {
        await this.failIn(tx, planId, fault);
        await work.held(tx);
      });
    }
  }

  /** In the caller's transaction; does nothing where nothing is being measured. */
  async failIn(tx: Tx, planId: Id, { code }: Refusal): Promise<void> {
    const plan = await this.plans.lock(tx, planId);
    if (plan.loss?.state !== 'measuring') return;
    await this.plans.update(tx, plan, { loss: { digest: plan.loss.digest, state: 'failed', cause: code } });
    await tx.record({ action: 'desensitisation-plan.loss-failed', object: planObject(plan), ...underOf(plan), reasons: [code] });
  }

  private async seen(tx: Tx, id: Id): Promise<PlanRow> {
    const plan = await this.plans.get(tx, id);
    if (!sees(tx.context.actor, plan, tx.context.at)) throw refuse('desensitisation-plan.not-found', { id });
    assertNotOfUnit(plan, tx.context.actor);
    return plan;
  }
}

function viewOf(plan: PlanRow): Answer {
  const loss = standingLoss(plan);
  const shown = loss?.state === 'measured' ? loss : undefined;
  return {
    planId: plan.id,
    revision: plan.revision,
    state: loss?.state ?? 'none',
    lossPercent: shown?.lossPercent ?? null,
    leftOutPercent: shown?.leftOutPercent ?? null,
    least: shown?.least ?? null,
    fields: (shown?.fields ?? []).map((field) => ({ ...field })),
    cause: loss?.state === 'failed' ? loss.cause : null,
    waits: null,
  };
}
