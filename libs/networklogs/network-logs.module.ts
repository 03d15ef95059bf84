import { KeptMonths } from './application/kept-months.js';
import { Module } from '@nestjs/common';
import { DomainStreams } from './application/domain-streams.js';
import { NetworkLogEvidence } from './application/evidence.js';
import { NetworkLogs } from './application/network-logs.js';
import { Sealer } from './application/sealer.js';
import { EventsRepository } from './persistence/events.repository.js';
import { SegmentsRepository } from './persistence/segments.repository.js';
import { SourcesRepository } from './persistence/sources.repository.js';
import { StreamsRepository } from './persistence/streams.repository.js';

@Module({
  providers: [
    KeptMonths,
    StreamsRepository,
    SourcesRepository,
    EventsRepository,
    SegmentsRepository,
    DomainStreams,
    Sealer,
    NetworkLogs,
    NetworkLogEvidence,
  ],
  exports: [DomainStreams, Sealer, NetworkLogs],
})
export class NetworkLogsModule {}
