import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { TERMINATIONS_CONFIG, terminationsConfig } from './application/terminations.config.js';
import { terminationsAuditActions } from './domain/audit-actions.js';
import { terminationsEndings } from './domain/endings.js';
import { refusals } from './domain/refusals.js';
import { LegalHoldsController } from './http/legal-holds.controller.js';
import { TerminationsController } from './http/terminations.controller.js';
import { TerminationJobs } from './jobs/termination.jobs.js';
import { terminationsEntities } from './persistence/entities.js';
import { terminationsGrants } from './persistence/grants.js';
import { TerminationsAndHolds1763700900000 } from './persistence/migrations/terminations-and-holds.js';
import { TerminationsModule } from './terminations.module.js';
import { terminationsTables } from './persistence/tables.js';

export type { DestructionCertificate, PendingNotice } from './domain/certificate.js';

export const terminationsContext: ContextDeclaration<typeof refusals> = {
  name: 'terminations',
  module: TerminationsModule,
  controllers: [TerminationsController, LegalHoldsController],
  schemas: contract,
  jobs: [TerminationJobs],
  reconcilers: [],
  entities: terminationsEntities,
  tables: terminationsTables,
  grants: terminationsGrants,
  migrations: [TerminationsAndHolds1763700900000],
  config: { name: 'terminations', schema: terminationsConfig, token: TERMINATIONS_CONFIG },
  auditActions: terminationsAuditActions,
  refusals,
  endings: terminationsEndings,
  uniques: {
    'terminations.exits_termination_id_kind_ref_key': 'state.changed-meanwhile',
  },
};
