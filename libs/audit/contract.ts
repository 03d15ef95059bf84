import { instant, pageOf, pageQuery, range } from '#platform/http/schemas';
import { z } from 'zod';

/** Where a witness's key lies: with the platform, or outside. */
const custody = z.enum(['held', 'external']);

export const AuditEntriesQuery = range(
  pageQuery.extend({
    action: z.string().max(100).optional().describe('audit action, e.g. seat.revoked'),
    outcome: z.enum(['done', 'refused', 'read', 'intent', 'outcome']).optional(),
    objectId: z.string().max(100).optional(),
    personId: z.uuid().optional(),
    unitId: z.uuid().optional(),
    authorisationId: z.uuid().optional(),
    scenarioId: z.uuid().optional(),
    domainId: z.uuid().optional(),
    from: instant.optional().describe('recorded at or after'),
    until: instant.optional().describe('recorded before'),
  }),
);

export const AuditEntryView = z.object({
  id: z.uuid(),
  /** Position in the log; null until sequenced. */
  index: z.number().int().nullable(),
  standing: z.enum(['recorded', 'in-tree', 'under-checkpoint', 'final']),
  recordedAt: instant,
  keepUntil: instant,
  /** The entry as it was written, personal data sealed. */
  entry: z.record(z.string(), z.unknown()),
});
export const AuditEntryPage = pageOf(AuditEntryView);
export const AuditEntryDetail = AuditEntryView.extend({
  /** Address and session of the caller, opened for audit and security administrators alone. */
  personal: z.record(z.string(), z.unknown()).nullable(),
});

export const digestParam = z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) });
export const ConsistencyQuery = z.object({
  first: z.coerce.number().int().min(0),
  second: z.coerce.number().int().min(0).optional().describe('the current checkpoint when left out'),
});

const window = z.object({ entries: z.number().int(), oldestRecordedAt: instant.nullable() });
export const AuditStatus = z.object({
  origin: z.string(),
  size: z.number().int(),
  checkpoint: z.object({ size: z.number().int(), signedAt: instant }).nullable(),
  cosigned: z.object({ size: z.number().int(), at: instant, by: z.array(z.object({ name: z.string(), key: custody })) }).nullable(),
  /** Written, and not yet under a checkpoint of the log. */
  unsigned: window,
  /** Not yet under a checkpoint that a witness cosigned: could be removed unnoticed. */
  uncosigned: window,
  boundSeconds: z.number().int(),
  withinBound: z.boolean(),
  matchesExternal: z.boolean().nullable(),
  retentionYears: z.number().int(),
});

export const RegisterWitness = z.strictObject({ key: z.string().max(300).describe('C2SP vkey of type 0x04: <name>+<id>+<base64>') });
export const WitnessView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  name: z.string(),
  key: z.string(),
  held: z.boolean(),
  lastSize: z.number().int(),
});

export const Cosign = z.strictObject({
  line: z.string().max(2000).optional().describe('signature line of a witness outside the platform; left out, the held witness key signs'),
  size: z.number().int().min(1).optional().describe('size of the checkpoint that the line signs'),
});
export const CosignedView = z.object({ witness: z.string(), key: custody, size: z.number().int(), at: instant, note: z.string() });

export const AuditCasesQuery = pageQuery;
export const OpenAuditCase = range(
  z.strictObject({
    from: instant,
    until: instant,
    unitId: z.uuid().optional(),
    authorisationId: z.uuid().optional(),
    scenarioId: z.uuid().optional(),
    personId: z.uuid().optional(),
    action: z.string().max(100).optional(),
  }),
);
export const AuditCaseView = z.object({
  id: z.uuid(),
  version: z.number().int(),
  createdAt: instant,
  from: instant,
  until: instant,
  filter: z.record(z.string(), z.string()),
  entries: z.number().int(),
  digest: z.string(),
});
