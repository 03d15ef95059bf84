import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { NETWORK_LOGS_CONFIG, networkLogsConfig } from './config.js';
import { auditActions } from './domain/audit-actions.js';
import { networkLogsEndings } from './domain/endings.js';
import { networkLogRefusals } from './domain/refusals.js';
import { NetworkLogsController } from './http/network-logs.controller.js';
import { DomainEvents } from './jobs/domain-events.js';
import { SealerLoop } from './jobs/sealer-loop.js';
import { NetworkLogsModule } from './network-logs.module.js';
import { networkLogEntities } from './persistence/entities.js';
import { networklogsGrants } from './persistence/grants.js';
import { DaysByOwner1763800020100 } from './persistence/migrations/days-by-owner.js';
import { NetworkLogs1763701100000 } from './persistence/migrations/network-logs.js';
import { networklogsTables } from './persistence/tables.js';

export { Sealer } from './application/sealer.js';

export const networkLogsContext: ContextDeclaration<typeof networkLogRefusals> = {
  name: 'networklogs',
  module: NetworkLogsModule,
  controllers: [NetworkLogsController],
  schemas: contract,
  jobs: [SealerLoop, DomainEvents],
  reconcilers: [],
  entities: networkLogEntities,
  tables: networklogsTables,
  grants: networklogsGrants,
  migrations: [NetworkLogs1763701100000, DaysByOwner1763800020100],
  config: { name: 'networklogs', schema: networkLogsConfig, token: NETWORK_LOGS_CONFIG },
  auditActions,
  refusals: networkLogRefusals,
  endings: networkLogsEndings,
  uniques: {
    'networklogs.segments_domain_id_zone_span_from_key': 'state.changed-meanwhile',
    'networklogs.streams_domain_id_zone_key': 'state.changed-meanwhile',
  },
};
