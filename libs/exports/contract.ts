import { pageOf, pageQuery, signedDocument, waits } from '#platform/http/schemas';
import { z } from 'zod';
import { checkNames } from './domain/check.js';
import { exportStates } from './domain/export-request.js';
import { repairKinds } from './domain/remedies.js';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** Of what has not left: keyed, so that nobody compares it with the digest of a guess. */
const contentDigest = z.string().regex(/^(?:hmac-)?sha256:[0-9a-f]{64}$/);
const columnName = z.string().min(1).max(200);
const answer = z.enum(['pass', 'needs-a-human', 'veto']);

export const TableDeclarationShape = z.strictObject({
  counts: z.array(columnName).max(50).optional().describe('Columns that count people, households, firms'),
  magnitudes: z
    .array(z.strictObject({ total: columnName, largest: columnName, second: columnName }))
    .max(50)
    .optional()
    .describe('Sums, with the columns of their largest and second largest contributions: these are evidence, and never released'),
});

export const OpenExportRequest = z.strictObject({
  scenarioId: z.uuid(),
  codeRunId: z.uuid().describe('A succeeded run of the scenario; its result is in quarantine'),
  purpose: z.string().min(4).max(1000).describe('What the result is for, in the approved scenario'),
  recipient: z.string().min(2).max(200).describe('Who receives it'),
  declaration: TableDeclarationShape.optional(),
});

export const ExportFileView = z.object({
  id: z.uuid(),
  name: z.string(),
  bytes: z.int().nullable().describe('Null for the requester’s side until the release'),
  digest: contentDigest.nullable().describe('Null for the requester’s side, keyed for reviewers until the release; then SHA-256'),
});
export const ExportRequestView = z.object({
  id: z.uuid(),
  version: z.int(),
  createdAt: z.string(),
  unitId: z.uuid(),
  authorisationId: z.uuid(),
  scenarioId: z.uuid(),
  requesterId: z.uuid(),
  codeRunId: z.uuid(),
  purpose: z.string(),
  recipient: z.string(),
  state: z.enum(exportStates),
  waits: waits.nullable().describe('What is away, where that holds its checks up'),
  files: z.array(ExportFileView),
  reviewers: z.array(z.string()).describe('Places of the review, by party'),
  round: z.int().describe('Raised each time a review is voided or a repair accepted'),
  repairs: z
    .array(
      z.object({
        round: z.int(),
        kinds: z.array(z.enum(repairKinds)),
        columns: z.array(z.string()).nullable().describe('Null for the requester’s side'),
      }),
    )
    .describe('What the platform did to the table, at the requester’s word'),
  binding: digest
    .nullable()
    .describe('What a review decision must name: the digest of files, policy and lineage. Null for the requester’s side and in lists'),
  submittedAt: z.string().nullable(),
  releasedAt: z.string().nullable(),
  releasedBy: z.uuid().nullable(),
  expiresAt: z.string().nullable(),
  manifestDigest: digest.nullable(),
  endReason: z.string().nullable(),
});
export const ExportRequestsQuery = pageQuery.extend({ scenarioId: z.uuid().optional(), state: z.enum(exportStates).optional() });

const bilingual = z.object({ zh: z.string(), en: z.string() });
export const FlaggedItemView = z.object({
  id: z.string(),
  answer: answer.exclude(['pass']),
  finding: z.string(),
  text: bilingual,
  satisfy: bilingual.describe('What would satisfy the rule'),
  repair: z.enum([...repairKinds, 'none']).describe('What the platform does about a veto when the requester accepts it'),
  file: z.string().optional().describe('Where and how often: for reviewers alone'),
  column: z.string().optional(),
  line: z.int().optional(),
  figures: z.record(z.string(), z.unknown()).optional(),
});
export const ChecksView = z.object({
  requestId: z.uuid(),
  round: z.int(),
  answer,
  policyVersion: z.string(),
  checkedAt: z.string(),
  checks: z.array(
    z.object({
      check: z.enum(checkNames),
      answer,
      evidence: z.record(z.string(), z.unknown()).describe('Empty for the requester’s side'),
      items: z.array(FlaggedItemView),
    }),
  ),
});

export const PreviewView = z.object({
  requestId: z.uuid(),
  round: z.int(),
  files: z.array(
    z.object({
      file: z.string(),
      preview: z
        .object({
          rows: z.int(),
          columns: z.array(
            z.object({
              name: z.string(),
              holds: z.enum(['numbers', 'text', 'nothing']),
              empty: z.int(),
              distinct: z.int().nullable(),
              mean: z.number().optional(),
              common: z.array(z.object({ value: z.string(), rows: z.int() })).optional(),
            }),
          ),
          sample: z.array(z.array(z.string())).describe('Rows of a table of counts, all of whose counts reach the threshold'),
        })
        .nullable(),
    }),
  ),
});

export const ReviewExport = z.strictObject({
  verdict: z.enum(['yes', 'no']),
  reasons: z.string().max(2000).default(''),
  answers: z
    .array(z.strictObject({ item: z.string().max(600), acceptable: z.boolean(), reason: z.string().min(1).max(1000) }))
    .max(500)
    .default([]),
  binding: digest.describe('`binding` of the request as it was read'),
});
export const ReviewView = z.object({
  id: z.uuid(),
  round: z.int(),
  reviewerId: z.uuid(),
  party: z.string(),
  verdict: z.enum(['yes', 'no']),
  reasons: z.string(),
  answers: z
    .array(z.object({ item: z.string(), acceptable: z.boolean(), reason: z.string() }))
    .describe('Empty for the requester’s side: items name places'),
  binding: digest.nullable(),
  decidedAt: z.string(),
});
export const ReviewsView = pageOf(ReviewView);

export const WithdrawExport = z.strictObject({ reason: z.string().min(1).max(1000) });
export const OpenDownload = z.strictObject({ fileId: z.uuid() });
export const DownloadView = z.object({ id: z.uuid(), path: z.string(), expiresAt: z.string(), bytes: z.int(), digest });
const share = z.number().min(0).max(1);
export const ExportPolicyShape = z.strictObject({
  version: z.string().min(1).max(40),
  maximumFiles: z.int().min(1).max(200),
  maximumFileBytes: z
    .int()
    .min(1)
    .max(4 * 1024 ** 3),
  maximumColumns: z.int().min(1).max(5000),
  smallCell: z.int().min(2).max(1000),
  dominanceShare: share,
  pPercent: share,
  degreesOfFreedom: z.int().min(1).max(1000),
  maximumItems: z.int().min(1).max(500),
  rowMatch: z.strictObject({
    rare: z.int().min(2).max(1000),
    vetoShare: share,
    vetoRows: z.int().min(1).max(1000),
    mapShare: share,
    maximumProjections: z.int().min(8).max(500),
  }),
});
export const SetExportPolicy = z.strictObject({ policy: ExportPolicyShape, reason: z.string().min(4).max(1000) });
export const ExportPolicyView = z.object({
  id: z.uuid(),
  version: z.int(),
  setAt: z.string(),
  setBy: z.uuid(),
  reason: z.string(),
  policy: ExportPolicyShape,
});

export const SetExportBudget = z.strictObject({
  bytes: z.int().min(0),
  rows: z.int().min(0),
  basis: z.string().min(2).max(500).describe('Reference of the decision that grants it'),
});
export const ExportBudgetView = z.object({
  id: z.uuid(),
  version: z.int(),
  setAt: z.string(),
  scenarioId: z.uuid(),
  bytes: z.int(),
  rows: z.int(),
  basis: z.string(),
  setBy: z.uuid(),
});

/** The signed release manifest; `opdomain verify` checks it offline. */
export const ReleaseManifest = signedDocument(z.looseObject({ type: z.string() }));
