import type { ContextDeclaration } from '#kernel';
import { SEATS_CONFIG, seatsConfig } from './application/seats.config.js';
import { seatsAuditActions } from './domain/audit-actions.js';
import { refusals } from './domain/refusals.js';
import { CanaryController } from './http/canary.controller.js';
import { RevocationsController } from './http/revocations.controller.js';
import { SeatsController } from './http/seats.controller.js';
import { SeatJobs } from './jobs/seat.jobs.js';
import { UpstreamConsumers } from './jobs/upstream.consumers.js';
import { seatsEntities } from './persistence/entities.js';
import { RevocationSeen1763800080001 } from './persistence/migrations/revocation-seen.js';
import { SeatsAndRevocations1763700500000 } from './persistence/migrations/seats-and-revocations.js';
import { SeatsModule } from './seats.module.js';

export { receiptKey } from './application/receipts.js';
export { Revocations, type RevokeAll } from './application/revocations.js';
export { type CuttableRuns, RunCuts, runLimits, type RunScope } from './application/run-cuts.js';
export { SeatAccess, type WorkingSeat } from './application/seat-access.js';
export { gateRows } from './domain/cut-paths.js';
export type { Receipt } from './domain/receipt.js';
export { SeatsModule };

export const seatsContext: ContextDeclaration = {
  name: 'seats',
  module: SeatsModule,
  controllers: [SeatsController, RevocationsController, CanaryController],
  jobs: [SeatJobs, UpstreamConsumers],
  reconcilers: [],
  entities: seatsEntities,
  migrations: [SeatsAndRevocations1763700500000, RevocationSeen1763800080001],
  config: { name: 'seats', schema: seatsConfig, token: SEATS_CONFIG },
  auditActions: seatsAuditActions,
  refusals,
};
