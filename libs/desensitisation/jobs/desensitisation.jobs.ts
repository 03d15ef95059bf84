import { Consumes, Job, type ConsumedEvent, type JobRun } from '#platform/queue';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { proposeJob } from '../application/plans.js';
import { Proposals } from '../application/proposals.js';
import { RunExecution } from '../application/run-execution.js';
import { runJob, Runs } from '../application/runs.js';

/** A short lease: what was cut is told to stop within a quarter of it. */
const lease = { maxAttempts: 4, leaseSeconds: 12 } as const;

@Injectable()
export class DesensitisationJobs {
  constructor(
    private readonly proposals: Proposals,
    private readonly execution: RunExecution,
    private readonly runs: Runs,
  ) {}

  @Job(proposeJob, lease)
  propose(run: JobRun): Promise<void> {
    return this.proposals.make(run.key, run);
  }

  @Job(runJob, lease)
  run(run: JobRun): Promise<void> {
    return this.execution.carryOut(run.key, run);
  }

  @Consumes('scenario.stopped.v1', 'desensitisation.on-scenario-stopped')
  scenarioStopped(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { scenarioId: event.key });
  }
  @Consumes('scenario.ended.v1', 'desensitisation.on-scenario-ended')
  scenarioEnded(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { scenarioId: event.key });
  }
  @Consumes('authorisation.suspended.v1', 'desensitisation.on-authorisation-suspended')
  suspended(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
  @Consumes('authorisation.expired.v1', 'desensitisation.on-authorisation-expired')
  expired(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
  @Consumes('authorisation.terminating.v1', 'desensitisation.on-authorisation-terminating')
  terminating(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
}
