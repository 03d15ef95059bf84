import { IdentityModule } from '#identity';
import { AuthorisationsModule } from '#authorisations';
import { DatasetsModule } from '#datasets';
import { DomainsModule } from '#domains';
import { runEnd, runOver, RunsModule } from '#runs';
import { SeatsModule } from '#seats';
import { Module } from '@nestjs/common';
import { CodeReading } from './application/code-reading.js';
import { CodeReviews } from './application/code-reviews.js';
import { CodeRunKind } from './application/code-run-kind.js';
import { CodeRuns } from './application/code-runs.js';
import { CodeRunsEvidence } from './application/coderuns-evidence.js';
import { InputGate } from './application/input-gate.js';
import { Quarantine } from './application/quarantine.js';
import { resultsHolding } from './application/results-holding.js';
import { SealedMaps } from './application/sealed-maps.js';
import { SqlRunner } from './application/sql-runner.js';
import { Submissions } from './application/submissions.js';
import { runJob, trialJob } from './domain/work.js';
import { CodeRunsRepository } from './persistence/code-runs.repository.js';
import { SamplesInDevRepository } from './persistence/samples-in-dev.repository.js';
import { SubmissionsRepository } from './persistence/submissions.repository.js';

@Module({
  imports: [IdentityModule, AuthorisationsModule, DatasetsModule, DomainsModule, SeatsModule, RunsModule],
  providers: [
    SubmissionsRepository,
    CodeRunsRepository,
    SamplesInDevRepository,
    InputGate,
    CodeReading,
    Submissions,
    CodeRuns,
    SqlRunner,
    Quarantine,
    SealedMaps,
    CodeReviews,
    CodeRunKind,
    runEnd(CodeRunKind, [runJob, trialJob]),
    runOver(CodeRunKind, [runJob, trialJob]),
    resultsHolding,
    CodeRunsEvidence,
  ],
  exports: [Submissions, CodeRuns, CodeRunKind, RunsModule],
})
export class CodeRunsModule {}
