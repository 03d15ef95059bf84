import { Job, type JobRun } from '#platform/queue';
import { RunLife } from '#runs';
import { Injectable } from '@nestjs/common';
import { CodeRunKind } from '../application/code-run-kind.js';
import { runJob, trialJob } from '../domain/work.js';

@Injectable()
export class CodeRunsJobs {
  constructor(
    private readonly life: RunLife,
    private readonly kind: CodeRunKind,
  ) {}

  @Job(runJob)
  run(work: JobRun): Promise<void> {
    return this.life.carryOut(this.kind, work);
  }
  @Job(trialJob)
  trial(work: JobRun): Promise<void> {
    return this.life.carryOut(this.kind, work);
  }
}
