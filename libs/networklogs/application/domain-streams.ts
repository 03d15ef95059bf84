import { type Clock, type Id } from '#kernel';
import type { Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { hourOf } from '../domain/coverage.js';
import { zones } from '../domain/network-event.js';
import { StreamsRepository } from '../persistence/streams.repository.js';

/** Opens and ends the streams of operation domains. */
@Injectable()
export class DomainStreams {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly streams: StreamsRepository,
  ) {}

  /** From this hour on every hour of the domain's zones must be sealed. */
  async open(tx: Tx, domain: { domainId: Id; authorisationId: Id; unitId: Id }): Promise<void> {
    for (const zone of zones) await this.streams.open(tx, { ...domain, zone, since: hourOf(this.clock.now()) });
  }

  /** The sealer ends the streams at its next turn, and keeps everything in them for the months after now (LOG-01). */
  terminate(tx: Tx, domainId: Id): Promise<void> {
    return this.streams.terminate(tx, domainId, this.clock.now());
  }
}
