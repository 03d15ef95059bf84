import { day, instant, pageQuery, signedDocument } from '#platform/http/schemas';
import { z } from 'zod';
import { exitDecisions } from './domain/exits.js';

const digest = z.string().regex(/^(sha256|sm3):[0-9a-f]{64}$/);

export const GroundName = z.enum([
  'policy-change',
  'non-performance',
  'security-incident',
  'unremedied-findings',
  'violation',
  'expiry',
  'deregistration',
  'revocation',
]);
export const TerminationStateName = z.enum([
  'opened',
  'access-closed',
  'exits-decided',
  'inventoried',
  'destroying',
  'verifying',
  'certified',
  'pending',
  'held',
]);

export const OpenTermination = z
  .object({
    authorisationId: z.uuid(),
    scenarioId: z.uuid().optional().describe('one scenario alone, which has ended; without it the whole authorisation'),
    ground: GroundName,
    decision: z
      .object({
        reference: z.string().max(200).describe('number of the coordination body’s decision'),
        fileDigest: digest,
        decidedOn: day,
        incidentNumber: z.string().max(100).nullable().default(null),
      })
      .strict(),
  })
  .strict();
export const Confirm = z.object({}).strict();
export const OrderDestruction = z.object({}).strict();
export const DecideExits = z
  .object({
    items: z
      .array(
        z
          .object({
            kind: z.string().min(1).max(60),
            ref: z.string().min(1).max(600),
            decision: z.enum(exitDecisions),
            carriedBy: z.string().max(200).nullable().default(null).describe('export request, or record of the hand-over'),
          })
          .strict(),
      )
      .min(1)
      .max(500),
  })
  .strict();

export const ExitView = z.object({
  id: z.uuid(),
  kind: z.string(),
  ref: z.string(),
  scenarioId: z.uuid(),
  decision: z.enum(exitDecisions).nullable(),
  decidedBy: z.uuid().nullable(),
  decidedAt: instant.nullable(),
  carriedBy: z.string().nullable(),
  carriedOut: z.boolean(),
});
const ConfirmationView = z.object({ role: z.enum(['authority', 'security-admin']), personId: z.uuid(), at: instant });
export const TerminationView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  authorisationId: z.uuid(),
  unitId: z.uuid(),
  domainId: z.uuid().nullable(),
  scope: z.union([z.object({ kind: z.literal('authorisation') }), z.object({ kind: z.literal('scenario'), scenarioId: z.uuid() })]),
  scenarioIds: z.array(z.uuid()),
  ground: GroundName,
  decision: z.object({ reference: z.string(), fileDigest: z.string(), decidedOn: day, incidentNumber: z.string().nullable() }),
  state: TerminationStateName,
  heldFrom: TerminationStateName.nullable(),
  openedBy: z.uuid().nullable(),
  openedAt: instant,
  confirmations: z.array(ConfirmationView),
  revocationId: z.uuid(),
  destroyBy: instant.describe('configured deadline of the destruction; no text gives a figure'),
  overdue: z.boolean(),
  retryAt: instant.nullable(),
  networkLogsKeptUntil: instant.nullable().describe('as the certificate says; null before it'),
  conclusionDigest: z.string().nullable(),
});
export const TerminationsQuery = pageQuery.extend({ authorisationId: z.uuid().optional(), state: TerminationStateName.optional() });

const item = z.object({
  view: z.enum(['database', 'cluster', 'stores']),
  kind: z.string(),
  ref: z.string(),
  sealedBy: z.string().optional(),
  bytes: z.number().optional(),
  note: z.string().optional(),
});
export const InventoryView = z.object({
  takenAt: instant.nullable(),
  items: z.array(item),
  differences: z.array(z.object({ kind: z.string(), ref: z.string(), seenIn: z.array(z.string()), missingFrom: z.array(z.string()) })),
  failures: z.array(z.object({ source: z.string(), failure: z.string() })),
});
export const PreviewView = z.object({
  authorisationId: z.uuid(),
  scenarios: z.array(z.object({ id: z.uuid(), title: z.string(), state: z.string() })),
  seats: z.array(z.object({ id: z.uuid(), scenarioId: z.uuid(), personId: z.uuid() })),
});
/** Signed documents (opdomain-document/v1); verified offline by `opdomain verify`. */
export const SignedCertificate = signedDocument(z.looseObject({ type: z.literal('opdomain.destruction-certificate/v1') }));
export const SignedNotice = signedDocument(z.looseObject({ type: z.literal('opdomain.pending-notice/v1') }));

export const PlaceHold = z
  .object({
    target: z.object({ kind: z.enum(['authorisation', 'scenario', 'unit', 'domain']), id: z.uuid() }).strict(),
    orderedBy: z.string().min(2).max(200).describe('body that ordered it'),
    reference: z.string().min(1).max(200),
    reason: z.string().min(1).max(2000),
    until: instant.nullable().default(null),
  })
  .strict();
export const LiftHold = z.object({ reference: z.string().min(1).max(200).describe('document that lifts it') }).strict();
export const HoldView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  target: z.object({ kind: z.enum(['authorisation', 'scenario', 'unit', 'domain']), id: z.uuid() }),
  orderedBy: z.string(),
  reference: z.string(),
  reason: z.string(),
  from: instant,
  until: instant.nullable(),
  liftedAt: instant.nullable(),
});

export const TerminationDetail = TerminationView.extend({ exits: z.array(ExitView), holds: z.array(HoldView.omit({ version: true })) });
