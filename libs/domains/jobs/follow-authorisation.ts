import {
  authorisationExpired,
  authorisationInForce,
  authorisationResumed,
  authorisationSuspended,
  authorisationTerminating,
} from '#authorisations/contract';
import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { Consumes, type ConsumedEvent } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import { Domains } from '../application/domains.js';

/** A domain follows its authorisation: made when it comes into force, sealed while it does not carry work. */
@Injectable()
export class FollowAuthorisation {
  constructor(private readonly domains: Domains) {}

  @Consumes(authorisationInForce, 'domains.on-in-force')
  async inForce(tx: Tx, event: OfAuthorisation): Promise<void> {
    await this.domains.requestIfInForce(tx, event.payload.authorisationId);
  }

  @Consumes(authorisationSuspended, 'domains.on-suspended')
  suspended(tx: Tx, event: OfAuthorisation): Promise<void> {
    return this.seal(tx, event);
  }
  @Consumes(authorisationExpired, 'domains.on-expired')
  expired(tx: Tx, event: OfAuthorisation): Promise<void> {
    return this.seal(tx, event);
  }
  @Consumes(authorisationTerminating, 'domains.on-terminating')
  terminating(tx: Tx, event: OfAuthorisation): Promise<void> {
    return this.seal(tx, event);
  }

  @Consumes(authorisationResumed, 'domains.on-resumed')
  async resumed(tx: Tx, event: OfAuthorisation): Promise<void> {
    const { authorisationId } = event.payload;
    const domain = await this.domains.find(tx, { authorisationId }, 'none');
    // Suspended before it was made, it is made now.
    if (domain === undefined) await this.domains.requestIfInForce(tx, authorisationId);
    else await this.domains.unsealIfInForce(tx, domain.id);
  }

  private async seal(tx: Tx, event: OfAuthorisation): Promise<void> {
    const domain = await this.domains.find(tx, { authorisationId: event.payload.authorisationId }, 'none');
    if (domain !== undefined) await this.domains.sealUnlessInForce(tx, domain.id);
  }
}

type OfAuthorisation = ConsumedEvent<{ authorisationId: Id }>;
