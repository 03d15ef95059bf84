import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { METERING_CONFIG, meteringConfig } from './config.js';
import { meteringAuditActions } from './domain/audit-actions.js';
import { meteringEndings } from './domain/endings.js';
import { meteringRefusals } from './domain/refusals.js';
import { ChargesController } from './http/charges.controller.js';
import { PricesController } from './http/prices.controller.js';
import { MeteringJobs } from './jobs/metering.jobs.js';
import { MeteringModule } from './metering.module.js';
import { meteringEntities } from './persistence/entities.js';
import { meteringGrants } from './persistence/grants.js';
import { Ledger1763701200000 } from './persistence/migrations/ledger.js';

export const meteringContext: ContextDeclaration<typeof meteringRefusals> = {
  name: 'metering',
  module: MeteringModule,
  controllers: [PricesController, ChargesController],
  schemas: contract,
  jobs: [MeteringJobs],
  reconcilers: [],
  entities: meteringEntities,
  grants: meteringGrants,
  migrations: [Ledger1763701200000],
  config: { name: 'metering', schema: meteringConfig, token: METERING_CONFIG },
  auditActions: meteringAuditActions,
  refusals: meteringRefusals,
  endings: meteringEndings,
  uniques: {
    'metering.accounts_pkey': 'state.changed-meanwhile',
    'metering.entries_links_once': 'state.exists-already',
    'metering.entries_once': 'state.exists-already',
    'metering.statements_pkey': 'state.exists-already',
  },
};
