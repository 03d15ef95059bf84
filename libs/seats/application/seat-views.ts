import type { z } from 'zod';
import type { ConditionView, RevocationView, SeatView, WorkspaceView } from '../contract.js';
import type { Verdict } from '../domain/seat-conditions.js';
import type { RevocationRow, SeatRow, WorkspaceRow } from '../persistence/entities.js';

export const seatView = (row: SeatRow): z.output<typeof SeatView> => ({
  id: row.id,
  version: row.version,
  personId: row.personId,
  unitId: row.unitId,
  authorisationId: row.authorisationId,
  scenarioId: row.scenarioId,
  class: row.class,
  basis: { kind: row.basisKind, id: row.basisId, clause: row.basisClause },
  endsOn: row.endsOn,
  state: row.state,
  pausedBy: row.pausedBy,
  requestedBy: row.requestedBy,
  requestedAt: row.requestedAt,
});

export const conditionView = (verdict: Verdict): z.output<typeof ConditionView> =>
  verdict.holds
    ? {
        condition: verdict.condition,
        holds: true,
        evidence: verdict.evidence?.ref ?? null,
        since: verdict.evidence?.since ?? null,
        until: verdict.until,
        code: null,
      }
    : { condition: verdict.condition, holds: false, evidence: null, since: null, until: verdict.lapsedAt, code: verdict.code };

export const workspaceView = (row: WorkspaceRow): z.output<typeof WorkspaceView> => ({
  id: row.id,
  version: row.version,
  seatId: row.seatId,
  scenarioId: row.scenarioId,
  state: row.state,
  image: row.image,
  namespace: row.namespace,
  openedAt: row.openedAt,
  endsAt: row.endsAt,
});

export const revocationView = (row: RevocationRow): z.output<typeof RevocationView> => ({
  id: row.id,
  version: row.version,
  scope: { kind: row.scopeKind, id: row.scopeId },
  cause: row.cause,
  ground: row.ground,
  reason: row.reason,
  caseId: row.caseId,
  seatIds: row.seatIds,
  state: row.state,
  committedAt: row.committedAt,
  closedAt: row.closedAt,
  open: row.open,
  receiptDigest: row.receiptDigest,
});
