import { authorisationExpired } from '#authorisations/contract';
import { revocationClosed } from '#seats/contract';
import { Authorisations } from '#authorisations';
import { dayOf, digestOf } from '#kernel';
import type { Tx } from '#platform/database';
import { type ConsumedEvent, Consumes, Job, type JobRun } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Openings } from '../application/openings.js';
import { Proceeding } from '../application/proceeding.js';
import { proceedJob } from '../domain/work.js';

const ofAuthorisation = z.object({ authorisationId: z.uuid() });
const ofRevocation = z.object({ revocationId: z.uuid(), caseId: z.uuid().nullable() });

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

  /** The receipt is complete: access is closed. */
  @Consumes(revocationClosed, 'terminations.on-revocation-closed')
  async revocationClosed(tx: Tx, event: ConsumedEvent): Promise<void> {
    const { caseId } = ofRevocation.parse(event.payload);
    if (caseId !== null) await tx.enqueue(proceedJob, { key: caseId });
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
