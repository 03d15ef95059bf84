import type { Instant } from '#kernel';
import type { z } from 'zod';
import type { ExitView, HoldView, TerminationView } from '../contract.js';
import type { ExitRow, LegalHoldRow, TerminationRow } from '../persistence/entities.js';

export const terminationView = (row: TerminationRow, at: Instant): z.output<typeof TerminationView> => ({
  id: row.id,
  version: row.version,
  authorisationId: row.authorisationId,
  unitId: row.unitId,
  domainId: row.domainId,
  scope: row.scope,
  scenarioIds: row.scenarioIds,
  ground: row.ground,
  decision: row.decision,
  state: row.state,
  heldFrom: row.heldFrom,
  openedBy: row.openedBy,
  openedAt: row.openedAt,
  confirmations: row.confirmations,
  revocationId: row.revocationId,
  destroyBy: row.destroyBy,
  overdue: row.state !== 'certified' && at > row.destroyBy,
  retryAt: row.retryAt,
  networkLogsKeptUntil: row.state === 'certified' ? keptUntilIn(row.conclusion) : null,
  conclusionDigest: row.conclusionDigest,
});

const keptUntilIn = (certificate: TerminationRow['conclusion']): Instant | null => {
  const until = certificate?.document['networkLogsKeptUntil'];
  return typeof until === 'string' ? until : null;
};

export const exitView = (row: ExitRow): z.output<typeof ExitView> => ({
  id: row.id,
  kind: row.kind,
  ref: row.ref,
  scenarioId: row.scenarioId,
  decision: row.decision,
  decidedBy: row.decidedBy,
  decidedAt: row.decidedAt,
  carriedBy: row.carriedBy,
  carriedOut: row.carriedOut,
});

export const holdView = (row: LegalHoldRow): z.output<typeof HoldView> => ({
  id: row.id,
  version: row.version,
  target: { kind: row.targetKind, id: row.targetId },
  orderedBy: row.orderedBy,
  reference: row.reference,
  reason: row.reason,
  from: row.from,
  until: row.until,
  liftedAt: row.liftedAt,
});

export const partiesOf = (row: Pick<TerminationRow, 'unitId' | 'authorisationId' | 'domainId'>) => ({
  unitId: row.unitId,
  authorisationId: row.authorisationId,
  ...(row.domainId === null ? {} : { domainId: row.domainId }),
});
