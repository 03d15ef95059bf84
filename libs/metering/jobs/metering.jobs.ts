import { systemAct, type Clock } from '#kernel';
import { usageRecorded, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Consumes, Job, type EventOf, type JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { Ledger } from '../application/ledger.js';
import { Statements } from '../application/statements.js';
import { closeMonthsJob } from '../domain/work.js';

@Injectable()
export class MeteringJobs {
  constructor(
    private readonly ledger: Ledger,
    private readonly statements: Statements,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Consumes(usageRecorded, 'metering.charge')
  async charge(tx: Tx, { payload }: EventOf<typeof usageRecorded>): Promise<void> {
    await this.ledger.charge(tx, payload);
  }

  @Job(closeMonthsJob)
  async closeMonths(run: JobRun): Promise<void> {
    await this.statements.closeMonths(systemAct('metering', 'statement.closed', this.clock.now(), run.traceparent), run.key);
  }
}
