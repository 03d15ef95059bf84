import { authorisationExpired } from '#authorisations/contract';
import { revocationClosed } from '#seats/contract';
import { Authorisations } from '#authorisations';
import { dayOf, digestOf } from '#kernel';
import type { Tx } from '#platform/database';
import { type ConsumedEvent, Consumes, type EventOf, Job, type JobRun } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Openings } from '../application/openings.js';
import { Proceeding } from '../application/proceeding.js';
import { proceedJob } from '../domain/work.js';

const ofAuthorisation = z.object({ authorisationId: z.uuid() });

@Injectable()
export class TerminationJobs {
  constructor(
    private readonly proceeding: Proceeding,
    private readonly openings: Openings,
    private readonly authorisations: Authorisations,
  ) {}

  /** Destroying a namespace may take minutes; the lease is renewed meanwhile. */
  @Job(proceedJob)
  async proceed(run: JobRun): Promise<void> {
    await this.proceeding.proceed(run.key);
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
