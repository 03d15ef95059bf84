import { authorisationExpired } from '#authorisations/contract';
import { revocationClosed } from '#seats/contract';
import { Authorisations } from '#authorisations';
import { addMs, dayOf, digestOf, type Clock } from '#kernel';
import type { Tx } from '#platform/database';
import { isOfTime } from '#platform/documents';
import { CLOCK, LOGGER } from '#platform/http';
import { type ConsumedEvent, Consumes, type EventOf, Job, type JobRun } from '#platform/queue';
import type { Logger } from '#platform/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Openings } from '../application/openings.js';
import { Proceeding } from '../application/proceeding.js';
import { proceedJob } from '../domain/work.js';

const ofAuthorisation = z.object({ authorisationId: z.uuid() });

const askAgainMs = 5_000;

@Injectable()
export class TerminationJobs {
  constructor(
    private readonly proceeding: Proceeding,
    private readonly openings: Openings,
    private readonly authorisations: Authorisations,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Destroying a namespace may take minutes; the lease is renewed meanwhile. */
  @Job(proceedJob)
  async proceed(run: JobRun): Promise<void> {
    try {
      await this.proceeding.proceed(run.key);
    } catch (fault) {
      if (!isOfTime(fault)) throw fault;
      // Where the time is not known well enough for a certificate, it waits: no fault of the case, and no try of its work.
      this.log.warn('termination.certificate-waits', { terminationId: run.key, refusal: fault.code });
      run.again(addMs(this.clock.now(), askAgainMs));
    }
  }

  /** The receipt is complete: access is closed. Most revocations are of suspensions and persons, and no termination waits for those. */
  @Consumes(revocationClosed, 'terminations.on-revocation-closed')
  revocationClosed(tx: Tx, { payload }: EventOf<typeof revocationClosed>): Promise<void> {
    return this.proceeding.revocationClosed(tx, payload.revocationId);
  }

  /** The term is over: the case opens by itself, on the agreement that set the date (TERM-06). */
  @Consumes(authorisationExpired, 'terminations.on-authorisation-expired')
  async expired(tx: Tx, event: ConsumedEvent): Promise<void> {
    const { authorisationId } = ofAuthorisation.parse(event.payload);
    const { term, agreementVersion } = await this.authorisations.facts(tx, authorisationId);
    await this.openings.openExpired(tx, authorisationId, {
      reference: `agreement revision ${String(agreementVersion)}, term until ${term.until}`,
      fileDigest: digestOf({ authorisationId, agreementVersion, term }),
      decidedOn: dayOf(tx.context.at),
      incidentNumber: null,
    });
  }
}
