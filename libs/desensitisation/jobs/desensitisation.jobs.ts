import {
  authorisationExpired,
  authorisationSuspended,
  authorisationTerminating,
  scenarioEnded,
  scenarioStopped,
} from '#authorisations/contract';
import { Consumes, Job, type ConsumedEvent, type JobRun } from '#platform/queue';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { Proposals } from '../application/proposals.js';
import { RunExecution } from '../application/run-execution.js';
import { Runs } from '../application/runs.js';
import { proposeJob, runJob } from '../domain/work.js';

@Injectable()
export class DesensitisationJobs {
  constructor(
    private readonly proposals: Proposals,
    private readonly execution: RunExecution,
    private readonly runs: Runs,
  ) {}

  @Job(proposeJob)
  propose(run: JobRun): Promise<void> {
    return this.proposals.make(run.key, run);
  }

  @Job(runJob)
  run(run: JobRun): Promise<void> {
    return this.execution.carryOut(run.key, run);
  }

  @Consumes(scenarioStopped, 'desensitisation.on-scenario-stopped')
  scenarioStopped(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { scenarioId: event.key });
  }
  @Consumes(scenarioEnded, 'desensitisation.on-scenario-ended')
  scenarioEnded(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { scenarioId: event.key });
  }
  @Consumes(authorisationSuspended, 'desensitisation.on-authorisation-suspended')
  suspended(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
  @Consumes(authorisationExpired, 'desensitisation.on-authorisation-expired')
  expired(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
  @Consumes(authorisationTerminating, 'desensitisation.on-authorisation-terminating')
  terminating(tx: Tx, event: ConsumedEvent): Promise<unknown> {
    return this.runs.cut(tx, { authorisationId: event.key });
  }
}
