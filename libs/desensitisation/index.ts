import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { runFollowers } from '#runs';
import { DesensitisationRunKind } from './application/desensitisation-run-kind.js';
import { DESENSITISATION_CONFIG, desensitisationConfig } from './config.js';
import { DesensitisationModule } from './desensitisation.module.js';
import { desensitisationAuditActions } from './domain/audit-actions.js';
import { desensitisationEndings } from './domain/endings.js';
import { desensitisationRefusals } from './domain/refusals.js';
import { PlansController } from './http/plans.controller.js';
import { RunsController } from './http/runs.controller.js';
import { DesensitisationJobs } from './jobs/desensitisation.jobs.js';
import { desensitisationEntities } from './persistence/entities.js';
import { desensitisationGrants } from './persistence/grants.js';
import { LossPreviews1763900500000 } from './persistence/migrations/loss-previews.js';
import { NoiseCharges1763800400808 } from './persistence/migrations/noise-charges.js';
import { PlansAndRuns1763700600000 } from './persistence/migrations/plans-and-runs.js';
import { desensitisationTables } from './persistence/tables.js';

export { detectors } from './domain/detectors/detectors.js';

export const desensitisationContext: ContextDeclaration<typeof desensitisationRefusals> = {
  name: 'desensitisation',
  module: DesensitisationModule,
  controllers: [PlansController, RunsController],
  schemas: contract,
  jobs: [DesensitisationJobs, runFollowers('desensitisation', DesensitisationRunKind)],
  reconcilers: [],
  entities: desensitisationEntities,
  tables: desensitisationTables,
  grants: desensitisationGrants,
  migrations: [PlansAndRuns1763700600000, NoiseCharges1763800400808, LossPreviews1763900500000],
  auditActions: desensitisationAuditActions,
  refusals: desensitisationRefusals,
  endings: desensitisationEndings,
  config: { name: 'desensitisation', schema: desensitisationConfig, token: DESENSITISATION_CONFIG },
  uniques: {
    'desensitisation.noise_charges_run_id_field_key': 'state.changed-meanwhile',
    'desensitisation.pseudonym_keys_scenario_id_purpose_key': 'state.changed-meanwhile',
  },
};
