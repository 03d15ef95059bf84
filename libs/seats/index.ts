import type { ContextDeclaration } from '#kernel';
import * as contract from './contract.js';
import { SEATS_CONFIG, seatsConfig } from './application/seats.config.js';
import { seatsAuditActions } from './domain/audit-actions.js';
import { seatsEndings } from './domain/endings.js';
import { refusals } from './domain/refusals.js';
import { CanaryController } from './http/canary.controller.js';
import { RevocationsController } from './http/revocations.controller.js';
import { SeatsController } from './http/seats.controller.js';
import { SeatJobs } from './jobs/seat.jobs.js';
import { UpstreamConsumers } from './jobs/upstream.consumers.js';
import { seatsEntities } from './persistence/entities.js';
import { seatsGrants } from './persistence/grants.js';
import { PathsShown1763800095000 } from './persistence/migrations/paths-shown.js';
import { RevocationSeen1763800080001 } from './persistence/migrations/revocation-seen.js';
import { SeatsAndRevocations1763700500000 } from './persistence/migrations/seats-and-revocations.js';
import { SeatsModule } from './seats.module.js';
import { seatsTables } from './persistence/tables.js';

export { Revocations, type RevokeAll } from './application/revocations.js';
export { SeatAccess, type WorkingSeat } from './application/seat-access.js';
export { gateRows } from './domain/cut-paths.js';
export type { Receipt } from './domain/receipt.js';
export { SeatsModule };

export const seatsContext: ContextDeclaration<typeof refusals> = {
  name: 'seats',
  module: SeatsModule,
  controllers: [SeatsController, RevocationsController, CanaryController],
  schemas: contract,
  jobs: [SeatJobs, UpstreamConsumers],
  reconcilers: [],
  entities: seatsEntities,
  tables: seatsTables,
  grants: seatsGrants,
  migrations: [SeatsAndRevocations1763700500000, RevocationSeen1763800080001, PathsShown1763800095000],
  config: { name: 'seats', schema: seatsConfig, token: SEATS_CONFIG },
  auditActions: seatsAuditActions,
  refusals,
  endings: seatsEndings,
  uniques: {
    'seats.lapse_notices_pkey': 'state.changed-meanwhile',
    'seats.seat_days_seat_id_day_key': 'state.changed-meanwhile',
    'seats.seats_one_open': 'seat.already-there',
    'seats.workspaces_one_open': 'seat.workspace-open',
  },
};
