import { Job, type JobRun } from '#platform/queue';
import { RunLife } from '#runs';
import { Injectable } from '@nestjs/common';
import { DesensitisationRunKind } from '../application/desensitisation-run-kind.js';
import { Proposals } from '../application/proposals.js';
import { proposeJob, runJob } from '../domain/work.js';

@Injectable()
export class DesensitisationJobs {
  constructor(
    private readonly proposals: Proposals,
    private readonly life: RunLife,
    private readonly kind: DesensitisationRunKind,
  ) {}

  @Job(proposeJob)
  propose(work: JobRun): Promise<void> {
    return this.proposals.make(work.key, work);
  }

  @Job(runJob)
  run(work: JobRun): Promise<void> {
    return this.life.carryOut(this.kind, work);
  }
}
