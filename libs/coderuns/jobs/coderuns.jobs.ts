import {
  authorisationExpired,
  authorisationSuspended,
  authorisationTerminating,
  scenarioEnded,
  scenarioStopped,
} from '#authorisations/contract';
import type { Tx } from '#platform/database';
import { Consumes, Job, type ConsumedEvent, type JobRun } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import { CodeRuns } from '../application/code-runs.js';
import { RunExecution } from '../application/run-execution.js';
import { runJob, trialJob } from '../domain/work.js';

@Injectable()
export class CodeRunsJobs {
  constructor(
    private readonly execution: RunExecution,
    private readonly runs: CodeRuns,
  ) {}

  @Job(runJob)
  run(run: JobRun): Promise<void> {
    return this.execution.carryOut(run.key, run);
  }
  @Job(trialJob)
  trial(run: JobRun): Promise<void> {
    return this.execution.carryOut(run.key, run);
  }

  @Consumes(scenarioStopped, 'coderuns.on-scenario-stopped')
  scenarioStopped(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { scenarioId: event.key });
  }
  @Consumes(scenarioEnded, 'coderuns.on-scenario-ended')
  scenarioEnded(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { scenarioId: event.key });
  }
  @Consumes(authorisationSuspended, 'coderuns.on-authorisation-suspended')
  suspended(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
  @Consumes(authorisationExpired, 'coderuns.on-authorisation-expired')
  expired(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
  @Consumes(authorisationTerminating, 'coderuns.on-authorisation-terminating')
  terminating(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
}
