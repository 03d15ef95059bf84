import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { EXPORTS_CONFIG, exportsConfig } from './config.js';
import { exportAuditActions } from './domain/audit-actions.js';
import { exportsEndings } from './domain/endings.js';
import { exportRefusals } from './domain/refusals.js';
import { ExportsModule } from './exports.module.js';
import { DownloadsController } from './http/downloads.controller.js';
import { ExportRequestsController } from './http/export-requests.controller.js';
import { ExportPoliciesController } from './http/policies.controller.js';
import { ExportsJobs } from './jobs/exports.jobs.js';
import { exportsEntities } from './persistence/entities.js';
import { exportsGrants } from './persistence/grants.js';
import { ExportRequests1763700800000 } from './persistence/migrations/export-requests.js';
import { KeyedDigests1763900080000 } from './persistence/migrations/keyed-digests.js';
import { Repairs1763900080001 } from './persistence/migrations/repairs.js';
import { exportsTables } from './persistence/tables.js';
import { ReviewsByGrant1763800050002 } from './persistence/migrations/reviews-by-grant.js';
import { ReviewsReplaced1763800300001 } from './persistence/migrations/reviews-replaced.js';

export { Exports, type ExportExit } from './application/exports.js';
export type { ExportState } from './domain/export-request.js';
export { ExportsModule };

export const exportsContext: ContextDeclaration<typeof exportRefusals> = {
  name: 'exports',
  module: ExportsModule,
  controllers: [ExportRequestsController, DownloadsController, ExportPoliciesController],
  schemas: contract,
  jobs: [ExportsJobs],
  reconcilers: [],
  entities: exportsEntities,
  tables: exportsTables,
  grants: exportsGrants,
  migrations: [
    ExportRequests1763700800000,
    ReviewsByGrant1763800050002,
    ReviewsReplaced1763800300001,
    KeyedDigests1763900080000,
    Repairs1763900080001,
  ],
  config: { name: 'exports', schema: exportsConfig, token: EXPORTS_CONFIG },
  auditActions: exportAuditActions,
  refusals: exportRefusals,
  endings: exportsEndings,
  uniques: {
    'exports.check_rounds_request_id_round_key': 'state.changed-meanwhile',
    'exports.reviews_request_id_round_grant_id_key': 'state.changed-meanwhile',
  },
};
