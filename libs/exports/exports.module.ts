import { AuthorisationsModule } from '#authorisations';
import { CodeRunsModule } from '#coderuns';
import { DatasetsModule } from '#datasets';
import { DomainsModule } from '#domains';
import { IdentityModule } from '#identity';
import { SeatsModule } from '#seats';
import { Module } from '@nestjs/common';
import { Checking } from './application/checking.js';
import { DigestKeys } from './application/digest-keys.js';
import { Downloads } from './application/downloads.js';
import { ExportRequests } from './application/export-requests.js';
import { ExportsEvidence } from './application/exports-evidence.js';
import { exportsHolding } from './application/exports-holding.js';
import { Exports } from './application/exports.js';
import { GateMeasures } from './application/gate-measures.js';
import { LinkCut } from './application/link-cut.js';
import { Policies } from './application/policies.js';
import { Quarantining } from './application/quarantining.js';
import { ReleasedSince } from './application/released-since.js';
import { Releases } from './application/releases.js';
import { Repairs } from './application/repairs.js';
import { ExportReviews } from './application/reviews.js';
import { ResultFiles } from './application/result-files.js';
import { RunResults } from './application/run-results.js';
import { SealedTables } from './application/sealed-tables.js';
import { Standing } from './application/standing.js';
import { Voiding } from './application/voiding.js';
import { LinksRepository } from './persistence/links.repository.js';
import { PoliciesRepository } from './persistence/policies.repository.js';
import { RequestsRepository } from './persistence/requests.repository.js';

@Module({
  imports: [IdentityModule, AuthorisationsModule, DomainsModule, DatasetsModule, SeatsModule, CodeRunsModule],
  providers: [
    RequestsRepository,
    LinksRepository,
    PoliciesRepository,
    Standing,
    Voiding,
    RunResults,
    DigestKeys,
    ResultFiles,
    ExportRequests,
    Repairs,
    Quarantining,
    SealedTables,
    ReleasedSince,
    GateMeasures,
    Checking,
    ExportReviews,
    Releases,
    Downloads,
    Policies,
    Exports,
    LinkCut,
    exportsHolding,
    ExportsEvidence,
  ],
  exports: [ExportRequests, Repairs, ExportReviews, Releases, Downloads, Policies, Quarantining, Checking, Exports],
})
export class ExportsModule {}
