import { IdentityModule } from '#identity';
import { AuthorisationsModule } from '#authorisations';
import { DatasetsModule } from '#datasets';
import { DomainsModule } from '#domains';
import { SeatsModule } from '#seats';
import { Module } from '@nestjs/common';
import { CopyGate } from './application/copy-gate.js';
import { CopyReading } from './application/copy-reading.js';
import { DesensitisationEvidence } from './application/desensitisation-evidence.js';
import { Desensitising } from './application/desensitising.js';
import { Plans } from './application/plans.js';
import { Proposals } from './application/proposals.js';
import { PseudonymKeys } from './application/pseudonym-keys.js';
import { CuttableDesensitisationRuns, QueuedRunsCut, RunningRunsCut } from './application/run-cut.js';
import { RunExecution } from './application/run-execution.js';
import { Runs } from './application/runs.js';
import { SampleStore } from './application/sample-store.js';
import { samplesHolding } from './application/samples-holding.js';
import { Samples } from './application/samples.js';
import { PlansRepository } from './persistence/plans.repository.js';
import { PseudonymKeysRepository } from './persistence/pseudonym-keys.repository.js';
import { RunsRepository } from './persistence/runs.repository.js';

@Module({
  imports: [IdentityModule, AuthorisationsModule, DatasetsModule, DomainsModule, SeatsModule],
  providers: [
    PlansRepository,
    RunsRepository,
    PseudonymKeysRepository,
    CopyGate,
    CopyReading,
    Plans,
    Proposals,
    PseudonymKeys,
    Desensitising,
    SampleStore,
    RunExecution,
    Runs,
    Samples,
    CuttableDesensitisationRuns,
    QueuedRunsCut,
    RunningRunsCut,
    samplesHolding,
    DesensitisationEvidence,
  ],
  exports: [Plans, Runs, Samples, Proposals, RunExecution],
})
export class DesensitisationModule {}
