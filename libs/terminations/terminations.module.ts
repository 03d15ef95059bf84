import { IdentityModule } from '#identity';
import { AuthorisationsModule } from '#authorisations';
import { DatasetsModule } from '#datasets';
import { DomainsModule } from '#domains';
import { ExportsModule } from '#exports';
import { SeatsModule } from '#seats';
import { Module } from '@nestjs/common';
import { Artefacts } from './application/artefacts.js';
import { Concluding } from './application/concluding.js';
import { Destroying } from './application/destroying.js';
import { HoldSight } from './application/hold-sight.js';
import { HoldingsSurvey } from './application/holdings-survey.js';
import { LegalHolds } from './application/legal-holds.js';
import { Openings } from './application/openings.js';
import { Proceeding } from './application/proceeding.js';
import { Terminations } from './application/terminations.js';
import { LegalHoldsRepository } from './persistence/legal-holds.repository.js';
import { TerminationsRepository } from './persistence/terminations.repository.js';
import { TerminationsEvidence } from './application/terminations-evidence.js';

@Module({
  imports: [IdentityModule, AuthorisationsModule, DatasetsModule, DomainsModule, ExportsModule, SeatsModule],
  providers: [
    TerminationsEvidence,
    TerminationsRepository,
    LegalHoldsRepository,
    Artefacts,
    HoldSight,
    HoldingsSurvey,
    Openings,
    Terminations,
    LegalHolds,
    Destroying,
    Concluding,
    Proceeding,
  ],
  exports: [Openings, Terminations, LegalHolds, Proceeding],
})
export class TerminationsModule {}
