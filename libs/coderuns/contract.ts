import { instant, pageQuery, waits } from '#platform/http/schemas';
import { RunState } from '#runs/contract';
import { z } from 'zod';
import { digest } from './domain/sealed/header.js';

const tableName = z.string().regex(/^[a-z][a-z0-9_]{0,40}$/);

export const SubmissionState = z.enum(['submitted', 'reviewed', 'returned']);
/** `production`: the reviewed code over raw copies, unattended. `trial`: the same code over desensitised samples of the same copies. */
export const CodeRunMode = z.enum(['production', 'trial']);
/** Raw data is never trained on (MOD-02): what says `train` runs over samples alone. */
export const CodePurpose = z.enum(['run', 'train']);

export const SubmitCode = z
  .strictObject({
    scenarioId: z.uuid(),
    purpose: CodePurpose,
    language: z.literal('sql'),
    title: z.string().min(2).max(200),
    /** One SELECT; common table expressions are welcome. */
    sql: z.string().min(6).max(100_000),
    /** The delivered copies it reads, and under which names. */
    inputs: z
      .array(z.strictObject({ copyId: z.uuid(), as: tableName }))
      .min(1)
      .max(20),
  })
  .meta({ id: 'SubmitCode' });

export const columnLineageSchema = z.strictObject({
  column: z.string(),
  /** `raw`: source values, or something computed row by row from them. `irreversible`: counts, sums and means of groups of rows. */
  reversibility: z.enum(['irreversible', 'raw']),
  sources: z.array(z.strictObject({ datasetId: z.uuid(), column: z.string() })),
  /** A key by which the rows were grouped: its values stand for groups. */
  grouped: z.boolean().optional(),
});
export type ColumnLineage = z.infer<typeof columnLineageSchema>;

export const CodeSubmissionView = z
  .object({
    id: z.uuid(),
    version: z.int(),
    state: SubmissionState,
    scenarioId: z.uuid(),
    purpose: CodePurpose,
    title: z.string(),
    sql: z.string(),
    inputs: z.array(z.object({ copyId: z.uuid(), datasetId: z.uuid(), as: z.string() })),
    /** Over purpose, language, code, inputs and scenario: what is reviewed and what runs are this. */
    digest,
    submittedBy: z.uuid(),
    submittedAt: instant,
    /** What the result's columns derive from, read from the code. */
    lineage: z.array(columnLineageSchema),
    reviewedBy: z.uuid().nullable(),
    reviewedAt: instant.nullable(),
    reasons: z.string().nullable(),
  })
  .meta({ id: 'CodeSubmission' });

export const ReviewCode = z
  .strictObject({ verdict: z.enum(['approve', 'return']), digest, reasons: z.string().min(2).max(2000) })
  .meta({ id: 'ReviewCode' });
export const StartCodeRun = z.strictObject({ submissionId: z.uuid() }).meta({ id: 'StartCodeRun' });

export const runCauseSchema = z.object({
  code: z.string(),
  kind: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
  fields: z.array(z.string()).optional(),
});

/** Says how a run fares and nothing of what it found: counts of production results stand in quarantine with them. */
export const CodeRunView = z
  .object({
    id: z.uuid(),
    version: z.int(),
    mode: CodeRunMode,
    state: RunState,
    submissionId: z.uuid(),
    codeDigest: digest,
    scenarioId: z.uuid(),
    requestedBy: z.uuid(),
    requestedAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    waits: waits.nullable(),
    cause: runCauseSchema.nullable(),
    /** Rows of a trial's result; null for a production run. */
    rows: z.int().nullable(),
    columns: z.array(z.string()).nullable(),
    engine: z.string().nullable(),
    destroyedAt: instant.nullable(),
  })
  .meta({ id: 'CodeRun' });

export const byScenario = pageQuery.extend({ scenarioId: z.uuid().optional() });

export { differencesOf, type Differences } from './domain/sealed/differences.js';
export { linesOf, readSealedMap, type SealedTable } from './domain/sealed/sealed-map.js';
