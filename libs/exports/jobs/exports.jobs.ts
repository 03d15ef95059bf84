import { systemAct, type Clock } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Job, type JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { Checking } from '../application/checking.js';
import { ExportRequests } from '../application/export-requests.js';
import { Quarantining } from '../application/quarantining.js';
import { quarantineJob, checkJob, expireJob } from '../domain/work.js';

@Injectable()
export class ExportsJobs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly quarantining: Quarantining,
    private readonly checking: Checking,
    private readonly requests: ExportRequests,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Job(quarantineJob)
  async quarantine(run: JobRun): Promise<void> {
    await this.quarantining.run(run);
  }

  @Job(checkJob)
  async check(run: JobRun): Promise<void> {
    await this.checking.run(run);
  }

  @Job(expireJob)
  async expire(run: JobRun): Promise<void> {
    await this.unitOfWork.run(systemAct('exports', 'export-request.expired', this.clock.now(), run.traceparent), (tx) =>
      this.requests.expire(tx, run.key),
    );
  }
}
