import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { AuditModule } from './audit.module.js';
import { AUDIT_CONFIG, auditConfig } from './config.js';
import { auditActions } from './domain/audit-actions.js';
import { auditEndings } from './domain/endings.js';
import { auditRefusals } from './domain/refusals.js';
import { AuditCasesController } from './http/audit-cases.controller.js';
import { AuditEntriesController } from './http/audit-entries.controller.js';
import { AuditLogController } from './http/audit-log.controller.js';
import { WitnessesController } from './http/witnesses.controller.js';
import { SequencerLoop } from './jobs/sequencer-loop.js';
import { auditEntities } from './persistence/entities.js';
import { auditGrants } from './persistence/grants.js';
import { AuditTree1763701000000 } from './persistence/migrations/audit-tree.js';
import { auditTables } from './persistence/tables.js';

export { Sequencer } from './application/sequencer.js';

export const auditContext: ContextDeclaration<typeof auditRefusals> = {
  name: 'audit',
  module: AuditModule,
  controllers: [AuditEntriesController, AuditLogController, WitnessesController, AuditCasesController],
  schemas: contract,
  jobs: [SequencerLoop],
  reconcilers: [],
  entities: auditEntities,
  tables: auditTables,
  grants: auditGrants,
  migrations: [AuditTree1763701000000],
  config: { name: 'audit', schema: auditConfig, token: AUDIT_CONFIG },
  auditActions,
  refusals: auditRefusals,
  endings: auditEndings,
  uniques: {
    'audit.checkpoints_pkey': 'state.changed-meanwhile',
    'audit.cosignatures_pkey': 'state.exists-already',
    'audit.issued_pkey': 'state.changed-meanwhile',
    'audit.sm2_keys_pkey': 'state.changed-meanwhile',
    'audit.tiles_pkey': 'state.changed-meanwhile',
    'audit.witnesses_name_key': 'audit-witness.name-taken',
  },
};
