import type { ContextDeclaration } from '#kernel';
import { CodeRunsModule } from './coderuns.module.js';
import { coderunsAuditActions } from './domain/audit-actions.js';
import { coderunsRefusals } from './domain/refusals.js';
import { CodeRunsController } from './http/code-runs.controller.js';
import { SubmissionsController } from './http/submissions.controller.js';
import { CodeRunsJobs } from './jobs/coderuns.jobs.js';
import { coderunsEntities } from './persistence/entities.js';
import { coderunsGrants } from './persistence/grants.js';
import { SubmissionsAndRuns1763700700000 } from './persistence/migrations/submissions-and-runs.js';

export { CodeRuns, type CodeRunResult } from './application/code-runs.js';
export type { ColumnLineage } from './contract.js';
export { CodeRunsModule };

export const coderunsContext: ContextDeclaration = {
  name: 'coderuns',
  module: CodeRunsModule,
  controllers: [SubmissionsController, CodeRunsController],
  jobs: [CodeRunsJobs],
  reconcilers: [],
  entities: coderunsEntities,
  grants: coderunsGrants,
  migrations: [SubmissionsAndRuns1763700700000],
  auditActions: coderunsAuditActions,
  refusals: coderunsRefusals,
};
