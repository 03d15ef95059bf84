import type { Clock } from '#kernel';
import { CLOCK } from '#platform/http';
import { Job, type JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { RoleProposals } from '../application/role-proposals.js';
import { expireProposal } from '../domain/work.js';

@Injectable()
export class IdentityJobs {
  constructor(
    private readonly proposals: RoleProposals,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** A proposal that nobody confirmed in time (twice or late: it changes nothing more). */
  @Job(expireProposal)
  expire(run: JobRun): Promise<void> {
    return this.proposals.expire(run.key, this.clock.now(), run.traceparent);
  }
}
