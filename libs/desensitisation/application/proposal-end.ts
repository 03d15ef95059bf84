import type { Id, Refusal } from '#kernel';
import type { Tx } from '#platform/database';
import { Implements, type WorkEnd, type WorkOver } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import { refuse } from '../domain/refusals.js';
import { proposeJob } from '../domain/work.js';
import { PlansRepository } from '../persistence/plans.repository.js';
import { planObject } from './belonging.js';
import { Proposals } from './proposals.js';

/** How a cut ends a proposal that was ordered: its plan has failed, and whoever may orders another. */
@Implements('work-end')
@Injectable()
export class ProposalEnd implements WorkEnd {
  readonly jobs = [proposeJob];
  readonly by = 'desensitisation';
  readonly action = 'desensitisation-plan.proposal-failed';

  constructor(
    private readonly proposals: Proposals,
    private readonly plans: PlansRepository,
  ) {}

  end = (tx: Tx, key: Id): Promise<void> => this.proposals.failIn(tx, key, refuse('desensitisation.proposal-cut'));

  look = async (tx: Tx, key: Id): ReturnType<WorkEnd['look']> => {
    const plan = await this.plans.get(tx, key);
    const { kind, id } = planObject(plan);
    return { object: `${kind}/${id}`, state: `plan ${plan.state}`, over: plan.state !== 'proposing' };
  };
}

/** How a proposal ends that could not be made: its plan has failed. */
@Implements('work-over')
@Injectable()
export class ProposalOver implements WorkOver {
  readonly jobs = [proposeJob];
  readonly by = 'desensitisation';
  readonly action = 'desensitisation-plan.proposal-failed';

  constructor(private readonly proposals: Proposals) {}

  giveUp = (tx: Tx, key: Id, why: Refusal): Promise<void> => this.proposals.failIn(tx, key, why);
}
