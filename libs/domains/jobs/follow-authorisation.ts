import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { Consumes, type ConsumedEvent } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import { Domains } from '../application/domains.js';

/** A domain follows its authorisation: made when it comes into force, sealed while it does not carry work. */
@Injectable()
export class FollowAuthorisation {
  constructor(private readonly domains: Domains) {}

  @Consumes('authorisation.in-force.v1', 'domains.on-in-force')
  async inForce(tx: Tx, event: ConsumedEvent): Promise<void> {
    await this.domains.requestIn(tx, { authorisationId: authorisationOf(event) }, 'domain.requested');
  }

  @Consumes('authorisation.suspended.v1', 'domains.on-suspended')
  suspended(tx: Tx, event: ConsumedEvent): Promise<void> {
    return this.seal(tx, event);
  }
  @Consumes('authorisation.expired.v1', 'domains.on-expired')
  expired(tx: Tx, event: ConsumedEvent): Promise<void> {
    return this.seal(tx, event);
  }
  @Consumes('authorisation.terminating.v1', 'domains.on-terminating')
  terminating(tx: Tx, event: ConsumedEvent): Promise<void> {
    return this.seal(tx, event);
  }

  @Consumes('authorisation.resumed.v1', 'domains.on-resumed')
  async resumed(tx: Tx, event: ConsumedEvent): Promise<void> {
    const domain = await this.domains.find(tx, { authorisationId: authorisationOf(event) }, 'none');
    if (domain !== undefined) await this.domains.unsealIfInForce(tx, domain.id);
  }

  private async seal(tx: Tx, event: ConsumedEvent): Promise<void> {
    const domain = await this.domains.find(tx, { authorisationId: authorisationOf(event) }, 'none');
    if (domain !== undefined) await this.domains.seal(tx, domain.id);
  }
}

const authorisationOf = (event: ConsumedEvent): Id => event.payload['authorisationId'] as Id;
