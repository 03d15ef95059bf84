import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { runFollowers } from '#runs';
import { CodeRunKind } from './application/code-run-kind.js';
import { CODERUNS_CONFIG, coderunsConfig } from './config.js';
import { CodeRunsModule } from './coderuns.module.js';
import { coderunsAuditActions } from './domain/audit-actions.js';
import { coderunsEndings } from './domain/endings.js';
import { coderunsRefusals } from './domain/refusals.js';
import { CodeRunsController } from './http/code-runs.controller.js';
import { SubmissionsController } from './http/submissions.controller.js';
import { CodeRunsJobs } from './jobs/coderuns.jobs.js';
import { coderunsEntities } from './persistence/entities.js';
import { coderunsGrants } from './persistence/grants.js';
import { Interference1764400000000 } from './persistence/migrations/interference.js';
import { SubmissionsAndRuns1763700700000 } from './persistence/migrations/submissions-and-runs.js';
import { coderunsTables } from './persistence/tables.js';

export { CodeRuns, type CodeRunResult } from './application/code-runs.js';
export type { ColumnLineage } from './contract.js';
export { sealedMapOf } from './domain/names.js';
export { CodeRunsModule };

export const coderunsContext: ContextDeclaration<typeof coderunsRefusals> = {
  name: 'coderuns',
  module: CodeRunsModule,
  config: { name: 'coderuns', schema: coderunsConfig, token: CODERUNS_CONFIG },
  controllers: [SubmissionsController, CodeRunsController],
  schemas: contract,
  jobs: [CodeRunsJobs, runFollowers('coderuns', CodeRunKind)],
  reconcilers: [],
  entities: coderunsEntities,
  tables: coderunsTables,
  grants: coderunsGrants,
  migrations: [SubmissionsAndRuns1763700700000, Interference1764400000000],
  auditActions: coderunsAuditActions,
  refusals: coderunsRefusals,
  endings: coderunsEndings,
};
