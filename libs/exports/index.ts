import type { ContextDeclaration } from '#kernel';
import { EXPORTS_CONFIG, exportsConfig } from './config.js';
import { exportAuditActions } from './domain/audit-actions.js';
import { exportRefusals } from './domain/refusals.js';
import { ExportsModule } from './exports.module.js';
import { DownloadsController } from './http/downloads.controller.js';
import { ExportRequestsController } from './http/export-requests.controller.js';
import { ExportPoliciesController } from './http/policies.controller.js';
import { ExportsJobs } from './jobs/exports.jobs.js';
import { exportsEntities } from './persistence/entities.js';
import { ExportRequests1763700800000 } from './persistence/migrations/export-requests.js';

export { Exports, type ExportExit } from './application/exports.js';
export type { ExportState } from './domain/export-request.js';
export { ExportsModule };

export const exportsContext: ContextDeclaration = {
  name: 'exports',
  module: ExportsModule,
  controllers: [ExportRequestsController, DownloadsController, ExportPoliciesController],
  jobs: [ExportsJobs],
  reconcilers: [],
  entities: exportsEntities,
  migrations: [ExportRequests1763700800000],
  config: { name: 'exports', schema: exportsConfig, token: EXPORTS_CONFIG },
  auditActions: exportAuditActions,
  refusals: exportRefusals,
};
