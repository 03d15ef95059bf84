import type { Id, Refusal } from '#kernel';
import type { Tx } from '#platform/database';
import { Implements, type WorkEnd, type WorkOver } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { refuse } from '../domain/refusals.js';
import { proposeJob } from '../domain/work.js';
import { PlansRepository } from '../persistence/plans.repository.js';
import { planObject } from './belonging.js';
import { LossPreviews } from './loss-previews.js';
import { Proposals } from './proposals.js';

/** How a cut ends what was ordered for a plan: the proposal, or the measuring of its loss, has failed, and whoever may orders another. */
@Implements('work-end')
@Injectable()
export class ProposalEnd implements WorkEnd {
  readonly jobs = [proposeJob];
  readonly by = 'desensitisation';
  readonly action = 'desensitisation-plan.proposal-failed';

  constructor(
    private readonly proposals: Proposals,
    private readonly losses: LossPreviews,
    private readonly plans: PlansRepository,
  ) {}

  end = async (tx: Tx, key: Id): Promise<void> => {
    const why = refuse('desensitisation.proposal-cut');
    await this.proposals.failIn(tx, key, why);
    await this.losses.failIn(tx, key, why);
  };

  look = async (tx: Tx, key: Id): ReturnType<WorkEnd['look']> => {
    const plan = await this.plans.get(tx, key);
    const { kind, id } = planObject(plan);
    return { object: `${kind}/${id}`, state: `plan ${plan.state}`, over: plan.state !== 'proposing' && plan.loss?.state !== 'measuring' };
  };
}

/** How what was ordered for a plan ends that could not be done: it has failed. */
@Implements('work-over')
@Injectable()
export class ProposalOver implements WorkOver {
  readonly jobs = [proposeJob];
  readonly by = 'desensitisation';
  readonly action = 'desensitisation-plan.proposal-failed';

  constructor(
    private readonly proposals: Proposals,
    private readonly losses: LossPreviews,
  ) {}

  giveUp = async (tx: Tx, key: Id, why: Refusal): Promise<void> => {
    await this.proposals.failIn(tx, key, why);
    await this.losses.failIn(tx, key, why);
  };
}
