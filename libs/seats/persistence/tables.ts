import { StateTable } from '#platform/database/persistence';
import { revocationTransitions } from '../domain/revocation.js';
import { seatTransitions } from '../domain/seat.js';
import { workspaceTransitions } from '../domain/workspace.js';
import { RevocationRow, SeatRow, WorkspaceRow } from './entities.js';

export const revocationTable = new StateTable(RevocationRow, {
  what: 'revocation',
  transitions: revocationTransitions,
  initial: ['cutting'],
});
export const seatTable = new StateTable(SeatRow, { what: 'seat', transitions: seatTransitions, initial: ['requested'] });
export const workspaceTable = new StateTable(WorkspaceRow, {
  what: 'workspace',
  ifMatchApplies: false,
  transitions: workspaceTransitions,
  initial: ['planned'],
});

/** Every table of the context whose rows change. */
export const seatsTables = [revocationTable, seatTable, workspaceTable];
