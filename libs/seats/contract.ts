import { defineEvent, pathNames } from '#kernel';
import { day, instant, pageQuery, signedDocument } from '#platform/http/schemas';
import { z } from 'zod';
import { revocationCauses } from './domain/revocation.js';
import { seatClasses } from './domain/seat.js';

export const SeatClassName = z.enum(seatClasses);
export const SeatStateName = z.enum(['requested', 'granted', 'active', 'paused', 'revoking', 'revoked', 'refused']);

export const RequestSeat = z
  .object({
    personId: z.uuid(),
    scenarioId: z.uuid(),
    class: SeatClassName.default('own'),
    recordId: z.uuid().optional().describe('cooperation or admission record, for every class but own'),
    clause: z.string().min(1).max(500).describe('clause or duty that the seat rests on'),
    endsOn: day.describe('last day, Asia/Shanghai'),
  })
  .strict();
export const SeatView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  personId: z.uuid(),
  unitId: z.uuid(),
  authorisationId: z.uuid(),
  scenarioId: z.uuid(),
  class: SeatClassName,
  basis: z.object({ kind: z.enum(['agreement', 'cooperation', 'admission']), id: z.uuid(), clause: z.string() }),
  endsOn: day,
  state: SeatStateName,
  pausedBy: z.string().nullable(),
  requestedBy: z.uuid(),
  requestedAt: instant,
});
/** Of a person who is locked: then the seat does not work, whatever its state. */
export const SeatListed = SeatView.extend({ holderLocked: z.boolean() });
export const ConditionView = z.object({
  condition: z.string(),
  holds: z.boolean(),
  evidence: z.string().nullable(),
  since: instant.nullable(),
  until: instant.nullable(),
  code: z.string().nullable().describe('refusal code that names the lapse'),
});
export const WorkspaceView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  seatId: z.uuid(),
  scenarioId: z.uuid(),
  state: z.enum(['planned', 'applied', 'removing', 'removed']),
  image: z.string(),
  namespace: z.string(),
  openedAt: instant,
  endsAt: instant,
});
export const SeatDetail = SeatListed.extend({ conditions: z.array(ConditionView), workspaces: z.array(WorkspaceView) });
export const SeatsQuery = pageQuery.extend({
  scenarioId: z.uuid().optional(),
  personId: z.uuid().optional(),
  state: SeatStateName.optional(),
});

export const GrantSeat = z.object({}).strict();
export const RefuseSeat = z.object({ reasons: z.string().min(1).max(2000) }).strict();
export const RevokeSeat = z
  .object({
    ground: z.enum(['left', 'not-needed', 'misconduct', 'incident', 'suspension', 'drill']),
    reason: z.string().min(1).max(2000),
  })
  .strict();
export const OpenWorkspace = z.object({ image: z.string().max(500).describe('`name@sha256:…`, from the catalogue') }).strict();
export const CloseWorkspace = z.object({}).strict();

const scope = z.object({ kind: z.enum(['person', 'unit', 'authorisation', 'scenario', 'domain', 'seat']), id: z.uuid() });
export const RevocationView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  scope,
  cause: z.enum(revocationCauses),
  ground: z.string(),
  reason: z.string().nullable(),
  caseId: z.uuid().nullable(),
  seatIds: z.array(z.uuid()),
  state: z.enum(['cutting', 'closed', 'superseded']),
  committedAt: instant,
  closedAt: instant.nullable(),
  open: z
    .array(z.object({ path: z.enum(pathNames), reason: z.string(), detail: z.string().nullable() }))
    .describe('paths not shown to be closed'),
  receiptDigest: z.string().nullable(),
});
export const RevocationsQuery = pageQuery.extend({ scopeId: z.uuid().optional(), caseId: z.uuid().optional() });
/** A signed document (opdomain-document/v1); verified offline by `opdomain verify`. */
export const SignedReceipt = signedDocument(
  z.looseObject({ type: z.enum(['opdomain.revocation-receipt/v1', 'opdomain.revocation-receipt/v2']) }),
);

/** The receipt is complete. `caseId` names what ordered the revocation, where something did. */
export const revocationClosed = defineEvent(
  'revocation.closed.v1',
  z.strictObject({ revocationId: z.uuid(), scope, caseId: z.uuid().nullable() }),
);
