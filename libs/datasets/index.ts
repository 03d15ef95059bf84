import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { DatasetsModule } from './datasets.module.js';
import { datasetsAuditActions } from './domain/audit-actions.js';
import { datasetsEndings } from './domain/endings.js';
import { datasetsRefusals } from './domain/refusals.js';
import { CopiesController } from './http/copies.controller.js';
import { DatasetsController } from './http/datasets.controller.js';
import { UploadsController } from './http/uploads.controller.js';
import { DatasetsJobs } from './jobs/datasets.jobs.js';
import { datasetsEntities } from './persistence/entities.js';
import { datasetsGrants } from './persistence/grants.js';
import { DatasetsAndCopies1763700400000 } from './persistence/migrations/datasets-and-copies.js';
import { DigestsOfParts1763900081004 } from './persistence/migrations/digests-of-parts.js';
import { datasetsTables } from './persistence/tables.js';

export { CopyImport } from './application/copy-import.js';
export { DatasetsEvidence } from './application/datasets-evidence.js';
export { Copies, type CopyFacts, type ReadableCopy } from './application/copies.js';
export { copyNotFound } from './domain/refusals.js';
export type { DatasetFacts } from './application/datasets.js';
export type { CopyColumn, CopyFile, DatasetCopy } from './domain/dataset-copy.js';
export type { Dataset } from './domain/dataset.js';
export type { Grant } from './domain/grant.js';
export { DatasetsModule };

export const datasetsContext: ContextDeclaration<typeof datasetsRefusals> = {
  name: 'datasets',
  module: DatasetsModule,
  controllers: [DatasetsController, CopiesController, UploadsController],
  schemas: contract,
  jobs: [DatasetsJobs],
  reconcilers: [],
  entities: datasetsEntities,
  tables: datasetsTables,
  grants: datasetsGrants,
  migrations: [DatasetsAndCopies1763700400000, DigestsOfParts1763900081004],
  auditActions: datasetsAuditActions,
  refusals: datasetsRefusals,
  endings: datasetsEndings,
  uniques: {
    'datasets.bad_rows_pkey': 'state.changed-meanwhile',
    'datasets.dataset_copies_upload_id_key': 'state.exists-already',
    'datasets.field_versions_pkey': 'state.changed-meanwhile',
    'datasets.upload_parts_pkey': 'state.changed-meanwhile',
  },
};
