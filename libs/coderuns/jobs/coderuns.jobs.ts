import type { Tx } from '#platform/database';
import { Consumes, Job, type ConsumedEvent, type JobRun } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import { CodeRuns, runJob } from '../application/code-runs.js';
import { RunExecution } from '../application/run-execution.js';

@Injectable()
export class CodeRunsJobs {
  constructor(
    private readonly execution: RunExecution,
    private readonly runs: CodeRuns,
  ) {}

  /** A short lease: what was cut is told to stop within a quarter of it. */
  @Job(runJob, { maxAttempts: 4, leaseSeconds: 12 })
  run(run: JobRun): Promise<void> {
    return this.execution.carryOut(run.key, run);
  }

  @Consumes('scenario.stopped.v1', 'coderuns.on-scenario-stopped')
  scenarioStopped(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { scenarioId: event.key });
  }
  @Consumes('scenario.ended.v1', 'coderuns.on-scenario-ended')
  scenarioEnded(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { scenarioId: event.key });
  }
  @Consumes('authorisation.suspended.v1', 'coderuns.on-authorisation-suspended')
  suspended(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
  @Consumes('authorisation.expired.v1', 'coderuns.on-authorisation-expired')
  expired(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
  @Consumes('authorisation.terminating.v1', 'coderuns.on-authorisation-terminating')
  terminating(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
}
