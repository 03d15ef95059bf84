import { isId, type Id, type JsonObject } from '#kernel';
import type { Tx } from '#platform/database';
import { Consumes, type ConsumedEvent } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import { DomainStreams } from '../application/domain-streams.js';

const idIn = (payload: JsonObject, name: string): Id | null => {
  const value = payload[name];
  return typeof value === 'string' && isId(value) ? value : null;
};

/** Follows the life of domains by the names of their events alone; this context knows no other. */
@Injectable()
export class DomainEvents {
  constructor(private readonly streams: DomainStreams) {}

  @Consumes('domain.ready.v1', 'networklogs.on-domain-ready')
  async ready(tx: Tx, { payload }: ConsumedEvent): Promise<void> {
    const domainId = idIn(payload, 'domainId');
    if (domainId === null) return;
    await this.streams.open(tx, { domainId, authorisationId: idIn(payload, 'authorisationId'), unitId: idIn(payload, 'unitId') });
  }

  @Consumes('termination.certified.v1', 'networklogs.on-terminated')
  async terminated(tx: Tx, { payload }: ConsumedEvent): Promise<void> {
    const domainId = idIn(payload, 'domainId');
    if (domainId !== null) await this.streams.terminate(tx, domainId);
  }
}
