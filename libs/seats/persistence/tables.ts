import { StateTable } from '#platform/database/persistence';
import { refuse } from '../domain/refusals.js';
import { revocationTransitions } from '../domain/revocation.js';
import { seatTransitions } from '../domain/seat.js';
import { workspaceTransitions } from '../domain/workspace.js';
import { RevocationRow, SeatRow, WorkspaceRow } from './entities.js';

/** A person's own: the person revoked, or whose seat it was. A cut of many names only its unit and authority. */
const whoseRevocation = `SELECT row.scopeId WHERE row.scopeKind = 'person'
  UNION ALL SELECT s.person_id FROM seats.seats s WHERE s.id = row.scopeId AND row.scopeKind = 'seat'`;

export const revocationTable = new StateTable(RevocationRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId', personId: { ids: whoseRevocation } },
  what: 'revocation',
  refuse,
  transitions: revocationTransitions,
  initial: ['cutting'],
});
export const seatTable = new StateTable(SeatRow, {
  parties: { unitId: 'unitId', authorityId: 'authorityId', personId: 'personId' },
  what: 'seat',
  refuse,
  transitions: seatTransitions,
  initial: ['requested'],
});
export const workspaceTable = new StateTable(WorkspaceRow, {
  what: 'workspace',
  refuse,
  ifMatchApplies: false,
  transitions: workspaceTransitions,
  initial: ['planned'],
});

/** Every table of the context whose rows change. */
export const seatsTables = [revocationTable, seatTable, workspaceTable];
