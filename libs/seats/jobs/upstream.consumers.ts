import {
  authorisationExpired,
  authorisationResumed,
  authorisationSuspended,
  partnerEnded,
  scenarioEnded,
  scenarioResumed,
  scenarioStopped,
} from '#authorisations/contract';
import { personAffiliationEnded, personLockChanged, personRecordChanged } from '#identity/contract';
import { Authorisations, Scenarios } from '#authorisations';
import type { Id, Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { type ConsumedEvent, Consumes } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { SeatReview } from '../application/seat-review.js';
import type { RevocationCause } from '../domain/revocation.js';

const ofPerson = z.object({ personId: z.uuid() });
const ofAuthorisation = z.object({ authorisationId: z.uuid(), suspensionId: z.uuid().optional() });
const ofScenario = z.object({ scenarioId: z.uuid() });

/** What changes upstream is looked at seat by seat; what closes a whole scope is cut as one, with one receipt. */
@Injectable()
export class UpstreamConsumers {
  constructor(
    private readonly review: SeatReview,
    private readonly authorisations: Authorisations,
    private readonly scenarios: Scenarios,
  ) {}

  @Consumes(personRecordChanged, 'seats.on-record-changed')
  recordChanged(tx: Tx, event: ConsumedEvent): Promise<void> {
    return this.review.reviewEach(tx, { kind: 'person', id: ofPerson.parse(event.payload).personId });
  }

  @Consumes(personAffiliationEnded, 'seats.on-affiliation-ended')
  affiliationEnded(tx: Tx, event: ConsumedEvent): Promise<void> {
    return this.review.reviewEach(tx, { kind: 'person', id: ofPerson.parse(event.payload).personId });
  }

  /** Seats of a locked person pause; of one whose lock was lifted they come back where everything else still holds. */
  @Consumes(personLockChanged, 'seats.on-person-lock-changed')
  lockChanged(tx: Tx, event: ConsumedEvent): Promise<void> {
    return this.review.reviewEach(tx, { kind: 'person', id: ofPerson.parse(event.payload).personId });
  }

  /** Suspension closes every path of the authorisation, seats or none (SUSP-01). */
  @Consumes(authorisationSuspended, 'seats.on-authorisation-suspended')
  async suspended(tx: Tx, event: ConsumedEvent): Promise<void> {
    const { authorisationId, suspensionId } = ofAuthorisation.parse(event.payload);
    await this.cutAuthorisation(tx, authorisationId, 'suspended', { caseId: suspensionId ?? null, saidAt: event.at });
  }

  @Consumes(authorisationExpired, 'seats.on-authorisation-expired')
  async expired(tx: Tx, event: ConsumedEvent): Promise<void> {
    await this.cutAuthorisation(tx, ofAuthorisation.parse(event.payload).authorisationId, 'lapsed', { caseId: null, saidAt: event.at });
  }

  /** Only seats whose every condition holds again come back (SUSP-03). */
  @Consumes(authorisationResumed, 'seats.on-authorisation-resumed')
  async resumed(tx: Tx, event: ConsumedEvent): Promise<void> {
    const scope = { kind: 'authorisation', id: ofAuthorisation.parse(event.payload).authorisationId } as const;
    await this.review.reviewResumed(tx, scope, event.at);
  }

  @Consumes(scenarioStopped, 'seats.on-scenario-stopped')
  async stopped(tx: Tx, event: ConsumedEvent): Promise<void> {
    await this.cutScenario(tx, ofScenario.parse(event.payload).scenarioId, 'stopped', event.at);
  }

  /** A partner's record ended: the seats that hang on it end with it (AUTH-30). */
  @Consumes(partnerEnded, 'seats.on-partner-ended')
  partnerEnded(tx: Tx, event: ConsumedEvent): Promise<void> {
    return this.review.reviewEach(tx, { kind: 'scenario', id: ofScenario.parse(event.payload).scenarioId });
  }

  /** Where a termination took the seats back before, there is nothing left to cut. */
  @Consumes(scenarioEnded, 'seats.on-scenario-ended')
  async ended(tx: Tx, event: ConsumedEvent): Promise<void> {
    const { scenarioId } = ofScenario.parse(event.payload);
    if (await this.review.hasLive(tx, { kind: 'scenario', id: scenarioId })) await this.cutScenario(tx, scenarioId, 'lapsed', event.at);
  }

  @Consumes(scenarioResumed, 'seats.on-scenario-resumed')
  async scenarioResumed(tx: Tx, event: ConsumedEvent): Promise<void> {
    const scope = { kind: 'scenario', id: ofScenario.parse(event.payload).scenarioId } as const;
    await this.review.reviewResumed(tx, scope, event.at);
  }

  private async cutAuthorisation(tx: Tx, id: Id, cause: RevocationCause, said: { caseId: Id | null; saidAt: Instant }): Promise<void> {
    const { unitId, authorityId, suspension } = await this.authorisations.facts(tx, id, 'share');
    const parties = { unitId, authorityId, authorisationId: id, scenarioId: null };
    const undone = cause === 'suspended' && suspension?.id !== said.caseId;
    await this.review.reviewCut(
      tx,
      { kind: 'authorisation', id },
      { cause, ground: `authorisation.${cause}`, reason: null, ...said, undone, parties },
    );
  }

  private async cutScenario(tx: Tx, id: Id, cause: RevocationCause, saidAt: Instant): Promise<void> {
    const { authorisationId, stopped } = await this.scenarios.facts(tx, id, 'share');
    const { unitId, authorityId } = await this.authorisations.facts(tx, authorisationId);
    const parties = { unitId, authorityId, authorisationId, scenarioId: id };
    const undone = cause === 'stopped' && !stopped;
    const opening = { cause, ground: `scenario.${cause}`, reason: null, caseId: null, saidAt, undone, parties };
    await this.review.reviewCut(tx, { kind: 'scenario', id }, opening);
  }
}
