import { domainReady, terminationCertified } from '#platform/database';
import type { Tx } from '#platform/database';
import { Consumes, type EventOf } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import { DomainStreams } from '../application/domain-streams.js';

/** Follows the life of domains. */
@Injectable()
export class DomainEvents {
  constructor(private readonly streams: DomainStreams) {}

  @Consumes(domainReady, 'networklogs.on-domain-ready')
  ready(tx: Tx, { payload }: EventOf<typeof domainReady>): Promise<void> {
    return this.streams.open(tx, payload);
  }

  @Consumes(terminationCertified, 'networklogs.on-terminated')
  async terminated(tx: Tx, { payload }: EventOf<typeof terminationCertified>): Promise<void> {
    if (payload.domainId !== null) await this.streams.terminate(tx, payload.domainId);
  }
}
