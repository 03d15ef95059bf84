import { type Clock, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Job, type JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { Authorisations } from '../application/authorisations.js';
import { PartnerActs } from '../application/partner-acts.js';
import { SuspensionCases } from '../application/suspension-cases.js';
import { expireJob, overdueJob, endPartnerJob } from '../domain/work.js';

/** What time does by itself. Each re-reads what stands: run twice, late, or after the matter was settled, it changes nothing more. */
@Injectable()
export class AuthorisationJobs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly authorisations: Authorisations,
    private readonly suspensions: SuspensionCases,
    private readonly partners: PartnerActs,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** At 24:00 of the last day of a term (TERM-06). */
  @Job(expireJob)
  async expire(run: JobRun): Promise<void> {
    const act = systemAct('authorisations', 'authorisation.expired', this.clock.now(), run.traceparent);
    await this.unitOfWork.run(act, (tx) => this.authorisations.expire(tx, run.key));
  }

  /** At the end of a period for rectification (SUSP-02). */
  @Job(overdueJob)
  overdue(run: JobRun): Promise<void> {
    return this.suspensions.markOverdue(run.key, this.clock.now(), run.traceparent);
  }

  /** At the end of an admission or cooperation (AUTH-30). */
  @Job(endPartnerJob)
  endPartner(run: JobRun): Promise<void> {
    return this.partners.expire(run.key, this.clock.now(), run.traceparent);
  }
}
