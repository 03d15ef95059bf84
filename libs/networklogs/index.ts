import type { ContextDeclaration } from '#kernel';
import { NETWORK_LOGS_CONFIG, networkLogsConfig } from './config.js';
import { auditActions } from './domain/audit-actions.js';
import { networkLogRefusals } from './domain/refusals.js';
import { NetworkLogsController } from './http/network-logs.controller.js';
import { DomainEvents } from './jobs/domain-events.js';
import { SealerLoop } from './jobs/sealer-loop.js';
import { NetworkLogsModule } from './network-logs.module.js';
import { networkLogEntities } from './persistence/entities.js';
import { NetworkLogs1763701100000 } from './persistence/migrations/network-logs.js';

export { Sealer } from './application/sealer.js';

export const networkLogsContext: ContextDeclaration = {
  name: 'networklogs',
  module: NetworkLogsModule,
  controllers: [NetworkLogsController],
  jobs: [SealerLoop, DomainEvents],
  reconcilers: [],
  entities: networkLogEntities,
  migrations: [NetworkLogs1763701100000],
  config: { name: 'networklogs', schema: networkLogsConfig, token: NETWORK_LOGS_CONFIG },
  auditActions,
  refusals: networkLogRefusals,
  uniques: {
    'networklogs.segments_domain_id_zone_span_from_key': 'state.changed-meanwhile',
    'networklogs.streams_domain_id_zone_key': 'state.changed-meanwhile',
  },
};
