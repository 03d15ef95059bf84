import { AuthorisationsModule } from '#authorisations';
import { IdentityModule } from '#identity';
import { Module } from '@nestjs/common';
import { BroughtIn } from './application/brought-in.js';
import { copiesHolding } from './application/copies-holding.js';
import { Copies } from './application/copies.js';
import { CopyFiles } from './application/copy-files.js';
import { CopyImport } from './application/copy-import.js';
import { DatasetsEvidence } from './application/datasets-evidence.js';
import { ImportOver } from './application/import-over.js';
import { DeliveredTables } from './application/delivered-tables.js';
import { Datasets } from './application/datasets.js';
import { RegisteredDatasets } from './application/registered-datasets.js';
import { TrialReadings } from './application/trial-readings.js';
import { Uploads } from './application/uploads.js';
import { CopiesRepository } from './persistence/copies.repository.js';
import { DatasetsRepository } from './persistence/datasets.repository.js';
import { UploadsRepository } from './persistence/uploads.repository.js';

@Module({
  imports: [IdentityModule, AuthorisationsModule],
  providers: [
    DatasetsRepository,
    CopiesRepository,
    UploadsRepository,
    Datasets,
    Uploads,
    Copies,
    CopyFiles,
    DeliveredTables,
    BroughtIn,
    CopyImport,
    ImportOver,
    TrialReadings,
    copiesHolding,
    DatasetsEvidence,
    RegisteredDatasets,
  ],
  exports: [Datasets, Copies, Uploads, TrialReadings, CopyImport],
})
export class DatasetsModule {}
