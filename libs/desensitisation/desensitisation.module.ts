import { IdentityModule } from '#identity';
import { AuthorisationsModule } from '#authorisations';
import { DatasetsModule } from '#datasets';
import { DomainsModule } from '#domains';
import { runEnd, runOver, RunsModule } from '#runs';
import { Module } from '@nestjs/common';
import { Anonymising } from './application/anonymising.js';
import { CopyGate } from './application/copy-gate.js';
import { DesensitisationEvidence } from './application/desensitisation-evidence.js';
import { DesensitisationRunKind } from './application/desensitisation-run-kind.js';
import { Desensitising } from './application/desensitising.js';
import { EngineNeeds } from './application/engine-needs.js';
import { LossPreviews } from './application/loss-previews.js';
import { NoiseBudgets } from './application/noise-budgets.js';
import { Plans } from './application/plans.js';
import { ProposalEnd, ProposalOver } from './application/proposal-end.js';
import { Proposals } from './application/proposals.js';
import { PseudonymKeys } from './application/pseudonym-keys.js';
import { Runs } from './application/runs.js';
import { SampleStore } from './application/sample-store.js';
import { samplesHolding } from './application/samples-holding.js';
import { Samples } from './application/samples.js';
import { WithdrawnSamples } from './application/withdrawn-samples.js';
import { runJob } from './domain/work.js';
import { NoiseChargesRepository } from './persistence/noise-charges.repository.js';
import { PlansRepository } from './persistence/plans.repository.js';
import { PseudonymKeysRepository } from './persistence/pseudonym-keys.repository.js';
import { RunsRepository } from './persistence/runs.repository.js';

@Module({
  imports: [IdentityModule, AuthorisationsModule, DatasetsModule, DomainsModule, RunsModule],
  providers: [
    PlansRepository,
    RunsRepository,
    PseudonymKeysRepository,
    NoiseChargesRepository,
    NoiseBudgets,
    EngineNeeds,
    LossPreviews,
    CopyGate,
    Plans,
    Proposals,
    PseudonymKeys,
    Anonymising,
    Desensitising,
    SampleStore,
    DesensitisationRunKind,
    Runs,
    Samples,
    runEnd(DesensitisationRunKind, [runJob]),
    runOver(DesensitisationRunKind, [runJob]),
    ProposalEnd,
    ProposalOver,
    samplesHolding,
    WithdrawnSamples,
    DesensitisationEvidence,
  ],
  exports: [Plans, Runs, Samples, Proposals, LossPreviews, DesensitisationRunKind, WithdrawnSamples, RunsModule],
})
export class DesensitisationModule {}
