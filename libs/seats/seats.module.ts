import { AuthorisationsModule } from '#authorisations';
import { DomainsModule } from '#domains';
import { IdentityModule } from '#identity';
import { Module } from '@nestjs/common';
import { GateCut, TransferCut } from './application/gate-cut.js';
import { Receipts } from './application/receipts.js';
import { Revocations } from './application/revocations.js';
import { ScopedSeats } from './application/scoped-seats.js';
import { SeatAccess } from './application/seat-access.js';
import { SeatChanges } from './application/seat-changes.js';
import { SeatCut } from './application/seat-cut.js';
import { SeatFactsGatherer } from './application/seat-facts-gatherer.js';
import { SeatGate } from './application/seat-gate.js';
import { SeatProbe } from './application/seat-probe.js';
import { SeatReview } from './application/seat-review.js';
import { Seats } from './application/seats.js';
import { WorkspaceCut } from './application/workspace-cut.js';
import { WorkspaceWatch } from './application/workspace-watch.js';
import { Workspaces } from './application/workspaces.js';
import { RevocationsRepository } from './persistence/revocations.repository.js';
import { SeatsRepository } from './persistence/seats.repository.js';
import { WorkspacesRepository } from './persistence/workspaces.repository.js';
import { SeatsEvidence } from './application/seats-evidence.js';

@Module({
  imports: [IdentityModule, AuthorisationsModule, DomainsModule],
  providers: [
    SeatsEvidence,
    SeatsRepository,
    WorkspacesRepository,
    RevocationsRepository,
    SeatFactsGatherer,
    SeatChanges,
    SeatReview,
    SeatAccess,
    SeatGate,
    ScopedSeats,
    Seats,
    Workspaces,
    WorkspaceWatch,
    Revocations,
    Receipts,
    GateCut,
    TransferCut,
    SeatCut,
    SeatProbe,
    WorkspaceCut,
  ],
  exports: [Seats, SeatAccess, SeatReview, Revocations, Receipts, SeatProbe, WorkspaceWatch, Workspaces],
})
export class SeatsModule {}
