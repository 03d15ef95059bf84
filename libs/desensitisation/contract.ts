import { Grade, SensitiveType } from '#datasets/contract';
import { day, instant, pageQuery, waits } from '#platform/http/schemas';
import { RunState } from '#runs/contract';
import { z } from 'zod';

/** Shapes whose mask is fixed: what is hidden does not depend on the value. */
export const maskShapes = [
  'resident-id',
  'mobile',
  'landline',
  'bank-card',
  'passport',
  'permit',
  'plate',
  'name',
  'email',
  'ip',
  'mac',
  'uscc',
] as const;

const generalisation = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('date'), unit: z.enum(['month', 'quarter', 'year', 'decade']) }),
  z.strictObject({
    by: z.literal('age-band'),
    /** From a birth date: the age on this day. From a number: the number is the age. */
    asOf: day.optional(),
    width: z.int().min(2).max(50),
    top: z.int().min(20).max(120),
  }),
  z.strictObject({ by: z.literal('address'), level: z.enum(['province', 'city', 'district']) }),
  z.strictObject({ by: z.literal('region-code'), digits: z.union([z.literal(2), z.literal(4), z.literal(6)]) }),
  z.strictObject({ by: z.literal('bins'), edges: z.array(z.number().min(-1e12).max(1e12)).min(1).max(200) }),
  z.strictObject({
    by: z.literal('hierarchy'),
    /** value → its generalisation at the chosen level; what is not listed becomes `otherwise`. */
    map: z.record(z.string().max(200), z.string().max(200)).refine((m) => Object.keys(m).length <= 5000),
    otherwise: z.string().max(200).nullable(),
  }),
]);

/** One technique of a column. `hash` can be said, so that its refusal can say why, and `ask`, which waits for a person; neither is run. */
export const techniqueSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('keep') }),
    /** Detection is unsure: a person decides before the plan can be approved. */
    z.strictObject({ kind: z.literal('ask') }),
    z.strictObject({ kind: z.literal('drop') }),
    z.strictObject({ kind: z.literal('redact') }),
    z.strictObject({ kind: z.literal('mask'), shape: z.enum(maskShapes) }),
    z.strictObject({ kind: z.literal('mask-ends'), start: z.int().min(0).max(8), end: z.int().min(0).max(8) }),
    z.strictObject({ kind: z.literal('generalise'), to: generalisation }),
    z.strictObject({ kind: z.literal('round'), decimals: z.int().min(0).max(6), mode: z.enum(['truncate', 'nearest']) }),
    z.strictObject({
      kind: z.literal('pseudonym'),
      algorithm: z.enum(['hmac-sm3', 'hmac-sha256']),
      /** Columns of one purpose have equal pseudonyms for equal values within the domain; purposes cannot be joined. */
      purpose: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/),
      hexLength: z.int().min(16).max(64),
    }),
    /** Digits become other digits, as many (FF1, NIST SP 800-38G); whoever holds the key finds them again. */
    z.strictObject({
      kind: z.literal('encipher'),
      algorithm: z.enum(['ff1-sm4', 'ff1-aes']),
      purpose: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/),
      /** So many leading digits stay: a bank, a region. At least six others are enciphered. */
      keep: z.int().min(0).max(5),
      /** The last character is made anew, so that it is valid. */
      check: z.enum(['none', 'resident-id', 'luhn']),
    }),
    /** All days of one subject move by the same number, which its key draws: what lies between them stays. */
    z.strictObject({
      kind: z.literal('shift-days'),
      purpose: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/),
      /** The column that names the subject. */
      subject: z.string().min(1).max(120),
      /** At most so many days, earlier or later. */
      within: z.int().min(7).max(3650),
    }),
    /**
     * Numbers with discrete Laplace noise (differential privacy of each row's value): drawn by a key of the scenario from the row's place in the
     * delivery, so that whoever runs it again gets the same noise. `epsilon` times `rowsPerSubject` is spent of the field's budget.
     */
    z.strictObject({
      kind: z.literal('laplace-noise'),
      epsilon: z.number().min(0.1).max(4).multipleOf(0.01),
      /** Values are brought into `bottom` to `bottom + sensitivity`, so that no two of them lie farther apart than is said here. */
      bottom: z.number().min(-1e12).max(1e12),
      sensitivity: z.number().min(1e-6).max(1e12),
      /** The column that names the subject; a row of nobody loses its value. */
      subject: z.string().min(1).max(120),
      /** Of a subject so many rows keep a value, the first of the delivery. */
      rowsPerSubject: z.int().min(1).max(20),
    }),
    z.strictObject({ kind: z.literal('top-bottom'), bottom: z.number().optional(), top: z.number().optional() }),
    /**
     * Each value in another row: of the whole delivery, or of the rows that have the same value of a column. They stay raw values: for columns
     * without identifiers, and rare values are left out.
     */
    z.strictObject({ kind: z.literal('shuffle'), within: z.string().min(1).max(120).optional() }),
    z.strictObject({ kind: z.literal('suppress-rare'), below: z.int().min(2).max(1_000_000), otherwise: z.string().max(50) }),
    z.strictObject({ kind: z.literal('hash'), algorithm: z.string().max(30) }),
  ])
  .meta({ id: 'DesensitisationTechnique' });
export type Technique = z.infer<typeof techniqueSchema>;

export const columnDecisionSchema = z.strictObject({
  column: z.string().min(1).max(120),
  sensitiveType: SensitiveType,
  grade: Grade,
  technique: techniqueSchema,
  /** Why, where it departs from the proposal. */
  note: z.string().max(500).optional(),
});
export type ColumnDecision = z.infer<typeof columnDecisionSchema>;

/** What goes into dev is a sample (DES-02): a share of the rows, a number of rows, or both (the smaller counts). */
export const samplingSchema = z.strictObject({
  rate: z.number().positive().max(1).optional(),
  atMost: z.int().positive().max(10_000_000).optional(),
  /** Of every value of a column the rate, and no fewer rows than this where there are so many. `atMost` counts afterwards. */
  strata: z.strictObject({ column: z.string().min(1).max(120), atLeast: z.int().min(1).max(10_000) }).optional(),
});

/** A value and its generalisations, coarser and coarser; above the last stands what says nothing. */
export const hierarchySchema = z.strictObject({
  column: z.string(),
  levels: z.record(z.string().max(200), z.array(z.string().max(200)).min(1).max(8)).refine((m) => Object.keys(m).length <= 5000),
});

/** Columns that together may single a person out, and what is asked of them in the output. A run generalises and leaves out until it is so. */
export const singlingOutSchema = z.strictObject({
  quasiIdentifiers: z.array(z.string()).min(1).max(20),
  /** Every combination stands at least k times; 5 where it is not said. */
  k: z.int().min(2).max(1000).optional(),
  /** Share of the drawn rows that may be left out where their combination stays too rare; 0.05 where it is not said. */
  suppressAtMost: z.number().min(0).max(0.5).optional(),
  /** Share of rows whose combination stands once. */
  uniqueShareAtMost: z.number().min(0).max(1).optional(),
  /** In place of the steps that a column's technique has by itself. */
  hierarchies: z.array(hierarchySchema).max(20).optional(),
  /** l-diversity: in every combination the column has l values, or the entropy of l values that are equally frequent. */
  diversity: z
    .array(z.strictObject({ column: z.string(), l: z.number().min(2).max(100), measure: z.enum(['distinct', 'entropy']) }))
    .max(5)
    .optional(),
  /** t-closeness: how far a combination's values may lie from all rows', by the earth mover's distance over ranks or over equals. */
  closeness: z
    .array(z.strictObject({ column: z.string(), t: z.number().positive().max(1), distance: z.enum(['ordered', 'equal']) }))
    .max(5)
    .optional(),
});
export type SinglingOut = z.infer<typeof singlingOutSchema>;

export const planSchema = z
  .strictObject({
    columns: z.array(columnDecisionSchema).min(1).max(500),
    sampling: samplingSchema.optional(),
    singlingOut: singlingOutSchema.optional(),
  })
  .meta({ id: 'DesensitisationPlanContent' });
export type Plan = z.infer<typeof planSchema>;

/** A column of a dataset, in the order of the dataset. */
export const schemaColumnSchema = z.strictObject({
  name: z.string().min(1).max(120),
  type: z.enum(['text', 'integer', 'decimal', 'date', 'timestamp', 'boolean']),
  comment: z.string().max(500).optional(),
});
export type SchemaColumn = z.infer<typeof schemaColumnSchema>;

/** Can what was hidden be found again: not at all, by whoever holds the key, or by anyone. A kept column hides nothing and says `irreversible`. */
export const reversibilitySchema = z.enum(['irreversible', 'keyed', 'reversible']);
export type Reversibility = z.infer<typeof reversibilitySchema>;

export const outputColumnSchema = z.strictObject({
  name: z.string(),
  type: schemaColumnSchema.shape.type,
  reversibility: reversibilitySchema,
  /** Columns of the raw dataset it derives from. */
  from: z.array(z.string()),
  technique: z.string(),
});
export type OutputColumn = z.infer<typeof outputColumnSchema>;

const digest = z.string().regex(/^(sha256|sm3):[0-9a-f]{64}$/);

export const PlanState = z.enum(['proposing', 'draft', 'approved', 'failed', 'withdrawn']);

export const columnFindingSchema = z.strictObject({
  column: z.string(),
  type: SensitiveType,
  confidence: z.enum(['certain', 'likely', 'hinted', 'unsure']),
  byName: SensitiveType.optional(),
  share: z.number(),
  sampled: z.int(),
});

/** What noise may spend of a field in a scenario, over all deliveries and plans, in ε. */
export const noiseBudgetSchema = z.object({
  column: z.string(),
  total: z.number(),
  /** By what was published, destroyed samples included. */
  spent: z.number(),
  /** By runs that have not ended; what fails or is cancelled gives it back. */
  reserved: z.number(),
  left: z.number(),
  /** What a run of this plan over its own copy would spend more: nothing where the same was published or ordered before. */
  asked: z.number(),
});

/** What a run of this plan over its own copy is estimated to take, erring towards too much; one that does not fit is refused when it is ordered. */
export const engineNeedSchema = z.object({
  memoryMb: z.int(),
  memoryLimitMb: z.int(),
  scratchMb: z.int(),
  scratchLimitMb: z.int(),
  /** Memory, scratch and process together. */
  peakMb: z.int(),
  fits: z.boolean(),
});

export const DesensitisationPlanView = z
  .object({
    id: z.uuid(),
    version: z.int(),
    state: PlanState,
    copyId: z.uuid(),
    datasetId: z.uuid(),
    scenarioId: z.uuid(),
    revision: z.int(),
    /** Over content and dataset schema; what is approved is this. */
    digest: digest.nullable(),
    content: planSchema.nullable(),
    columns: z.array(schemaColumnSchema),
    /** What detection saw: types, shares and counts, never a value. */
    findings: z.array(columnFindingSchema),
    /** Of each field that the plan publishes with noise. */
    noiseBudgets: z.array(noiseBudgetSchema),
    /** Null where there is no content yet, or no copy any more. */
    engineNeed: engineNeedSchema.nullable(),
    approvedBy: z.uuid().nullable(),
    approvedAt: instant.nullable(),
    waits: waits.nullable(),
    cause: z.string().nullable(),
  })
  .meta({ id: 'DesensitisationPlan' });

/** What a run of the plan would lose to its k, over the rows that it would draw; percents in steps, so that they tell of no row. */
export const LossPreviewView = z
  .object({
    planId: z.uuid(),
    revision: z.int(),
    state: z.enum(['none', 'measuring', 'measured', 'failed']),
    /** Normalised certainty penalty, what is left out counted whole; to the nearest five. */
    lossPercent: z.int().nullable(),
    /** Of the drawn rows, upwards; a step has fifty rows or more. */
    leftOutPercent: z.int().nullable(),
    /** Whether no choice loses less. */
    least: z.boolean().nullable(),
    /** Which generalisation each quasi-identifier would come to. */
    fields: z.array(z.object({ column: z.string(), level: z.int(), levels: z.int(), becomes: z.string(), lossPercent: z.int() })),
    cause: z.string().nullable(),
    waits: waits.nullable(),
  })
  .meta({ id: 'DesensitisationLossPreview' });

export const ChangePlan = planSchema;
export const ApprovePlan = z.strictObject({ revision: z.int(), digest }).meta({ id: 'ApproveDesensitisationPlan' });
export const StartRun = z
  .strictObject({
    planId: z.uuid(),
    /** Another delivery of the same dataset with the same columns; the plan's own copy where it is not said. */
    copyId: z.uuid().optional(),
  })
  .meta({ id: 'StartDesensitisationRun' });

export const checkResultSchema = z.strictObject({
  check: z.enum([
    'sample',
    'residual-identifiers',
    'raw-values',
    'shuffled',
    'bijection',
    'dictionary-attack',
    'singling-out',
    'generalised',
  ]),
  verdict: z.enum(['pass', 'fail', 'unfinished']),
  column: z.string().optional(),
  finding: z.string().optional(),
  figures: z.record(z.string(), z.number()),
});
export const causeSchema = z.object({
  code: z.string(),
  kind: z.string().optional(),
  step: z.int().optional(),
  columns: z.array(z.string()).optional(),
});
export const DesensitisationRunView = z
  .object({
    id: z.uuid(),
    version: z.int(),
    state: RunState,
    planId: z.uuid(),
    planRevision: z.int(),
    planDigest: digest,
    copyId: z.uuid(),
    datasetId: z.uuid(),
    scenarioId: z.uuid(),
    requestedAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    waits: waits.nullable(),
    cause: causeSchema.nullable(),
    proof: z.object({ passed: z.boolean(), checks: z.array(checkResultSchema) }).nullable(),
    lineage: z.array(outputColumnSchema).nullable(),
    rowsIn: z.int().nullable(),
    rowsOut: z.int().nullable(),
    sha256: digest.nullable(),
    bytes: z.int().nullable(),
    engine: z.string().nullable(),
    /** Purpose of each pseudonym and the version of its key. */
    keyVersions: z.record(z.string(), z.string()),
    destroyedAt: instant.nullable(),
  })
  .meta({ id: 'DesensitisationRun' });

/** A published sample, as it stands in dev. */
export const SampleView = z
  .object({
    runId: z.uuid(),
    scenarioId: z.uuid(),
    datasetId: z.uuid(),
    copyId: z.uuid(),
    rows: z.int(),
    sha256: digest,
    columns: z.array(outputColumnSchema),
    publishedAt: instant,
  })
  .meta({ id: 'Sample' });

export const byScenario = pageQuery.extend({ scenarioId: z.uuid().optional() });
