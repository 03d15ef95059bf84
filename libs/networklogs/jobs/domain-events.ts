import { type Clock, isId, type JsonObject } from '#kernel';
import type { Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Consumes, type ConsumedEvent } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { hourOf } from '../domain/coverage.js';
import { zones } from '../domain/network-event.js';
import { StreamsRepository } from '../persistence/streams.repository.js';

const idIn = (payload: JsonObject, name: string): string | null => {
  const value = payload[name];
  return typeof value === 'string' && isId(value) ? value : null;
};

/** Follows the life of domains by the names of their events alone; this context knows no other. */
@Injectable()
export class DomainEvents {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly streams: StreamsRepository,
  ) {}

  /** From the hour in which a domain is ready, every hour of its zones must be sealed. */
  @Consumes('domain.ready.v1', 'networklogs.on-domain-ready')
  async ready(tx: Tx, { payload }: ConsumedEvent): Promise<void> {
    const domainId = idIn(payload, 'domainId');
    if (domainId === null) return;
    const [authorisationId, unitId, since] = [idIn(payload, 'authorisationId'), idIn(payload, 'unitId'), hourOf(this.clock.now())];
    for (const zone of zones) await this.streams.open(tx, { domainId, zone, authorisationId, unitId, since });
  }

  /** The streams end, and everything in them is kept for the months after this (LOG-01); the loop does both. */
  @Consumes('termination.certified.v1', 'networklogs.on-terminated')
  async terminated(tx: Tx, { payload }: ConsumedEvent): Promise<void> {
    const domainId = idIn(payload, 'domainId');
    if (domainId !== null) await this.streams.terminate(tx, domainId, this.clock.now());
  }
}
