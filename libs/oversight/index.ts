import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { OVERSIGHT_CONFIG, oversightConfig } from './config.js';
import { oversightAuditActions } from './domain/audit-actions.js';
import { oversightEndings } from './domain/endings.js';
import { oversightRefusals } from './domain/refusals.js';
import { RequirementsController } from './http/requirements.controller.js';
import { WorkController } from './http/work.controller.js';
import { OversightModule } from './oversight.module.js';
import { oversightGrants } from './persistence/grants.js';
import { Readings1763701300000 } from './persistence/migrations/readings.js';

export { boardNumbers, type BoardNumber } from './domain/board.js';
export { coverage, jointTags, unknownIds, type Coverage, type TestEvidence } from './domain/coverage.js';
export { requirements, type Requirement } from './domain/requirements.js';

export const oversightContext: ContextDeclaration<typeof oversightRefusals> = {
  name: 'oversight',
  module: OversightModule,
  controllers: [RequirementsController, WorkController],
  schemas: contract,
  jobs: [],
  reconcilers: [],
  entities: [],
  grants: oversightGrants,
  migrations: [Readings1763701300000],
  config: { name: 'oversight', schema: oversightConfig, token: OVERSIGHT_CONFIG },
  auditActions: oversightAuditActions,
  refusals: oversightRefusals,
  endings: oversightEndings,
  uniques: {
    'oversight.readings_pkey': 'state.changed-meanwhile',
  },
};
