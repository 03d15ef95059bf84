import { day, pageQuery, waits } from '#platform/http/schemas';
import { z } from 'zod';
import { badReasons, cellChecks, cellTypes } from './domain/cell.js';
import { delimiters, encodings, quoteEscapes } from './domain/delivery-format.js';
import { datePattern } from './domain/written.js';
import { copyStates, datasetStates } from './domain/copy.states.js';
import { markings } from './domain/dataset.js';
import { fieldClasses, grades, mayBePublic, releaseRules, sensitiveTypes } from './domain/field.js';

export { passesLuhn, residentIdCheck, usccCheck } from '#kernel';
export { sensitiveTypes };
export type { ReleaseRule, Releases } from './domain/field.js';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const words = z.string().max(2000);
export const Grade = z.enum(grades);
export type Grade = z.infer<typeof Grade>;
export const SensitiveType = z.enum(sensitiveTypes);
export type SensitiveType = z.infer<typeof SensitiveType>;

/** How the provider's system writes a field, where that is not the usual form. */
export const WrittenShape = z
  .strictObject({
    date: z
      .string()
      .max(40)
      .refine((pattern) => datePattern(pattern) !== undefined)
      .optional()
      .describe('Of date and datetime: a pattern of yyyy, M or MM, d or dd, H or HH, mm, ss, SSS, such as dd/MM/yyyy or yyyy.M.d'),
    decimal: z.enum(['.', ',']).optional().describe('The decimal mark; a point where it is not said'),
    thousands: z.enum([',', '.', ' ', "'"]).optional().describe('What stands between groups of three digits'),
  })
  .refine(({ decimal = '.', thousands }) => decimal !== thousands, 'The decimal mark cannot part thousands as well');

const isWritable = ({ type, written }: { type: string; written: z.output<typeof WrittenShape> | null }): boolean =>
  written === null ||
  ((written.date === undefined || type === 'date' || type === 'datetime') &&
    ((written.decimal === undefined && written.thousands === undefined) || type === 'integer' || type === 'decimal'));

const fieldMembers = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\p{L}\p{N}_(（][\p{L}\p{N}_ ()（）.%％‰℃/／:：、，+&#*²³-]*$/u)
    .describe('As the file’s header has it, blanks around it aside'),
  comment: z.string().max(500).default(''),
  type: z.enum(cellTypes),
  check: z.enum(cellChecks).nullable().default(null).describe('A check digit or form that each value must have'),
  required: z.boolean().default(false),
  written: WrittenShape.nullable().default(null).describe('How the provider writes it; null: numbers with a point, dates as 2026-01-31'),
  class: z.enum(fieldClasses).nullable().default(null).describe('null: undecided, which counts as sensitive'),
  grade: Grade.nullable().default(null),
  sensitiveType: SensitiveType.nullable().default(null),
  release: z
    .enum(releaseRules)
    .default('aggregate')
    .describe(
      'What may leave of its values: `aggregate` figures of enough subjects; `rounded` such figures to three digits; `public` the values as they stand, where every field of the holding is so and the authority agreed',
    ),
});
const isReleasable = ({ release, type, ...field }: z.output<typeof fieldMembers>): boolean =>
  release === 'public' ? mayBePublic(field) : release === 'aggregate' || type === 'integer' || type === 'decimal';
export const FieldShape = fieldMembers
  .refine(isReleasable, 'Only what is decided as public, L1 and of no sensitive type is released as it stands; only numbers are rounded')
  .refine(isWritable, 'A date pattern belongs to dates, decimal and thousands marks to numbers');
const fields = z.array(FieldShape).min(1).max(2000);

export const RegisterDataset = z.strictObject({
  name: z.string().min(2).max(200),
  description: words.default(''),
  edition: z.string().min(1).max(60).describe('The provider’s own version of the holding'),
  grade: Grade.nullable().default(null),
  marking: z.enum(markings).default('none'),
  custody: z.strictObject({
    holderId: z.uuid(),
    managerId: z.uuid(),
    userId: z.uuid().nullable().default(null),
    operatorId: z.uuid().nullable().default(null),
  }),
  origin: z.strictObject({
    system: z.string().min(1).max(200),
    basis: z.string().min(1).max(500),
    returnedFrom: z.enum(['province', 'city']).nullable().default(null),
  }),
  useConditions: z
    .strictObject({
      text: words,
      noJoin: z.boolean().default(false),
      purposes: z.array(z.string().min(1).max(200)).max(50).default([]),
      until: day.nullable().default(null),
    })
    .prefault({ text: '' }),
  contact: z.strictObject({ department: z.string().max(200), channel: z.string().max(200) }).prefault({ department: '', channel: '' }),
  updateFrequencyDays: z.int().min(1).max(3660).nullable().default(null),
  fields,
});

export const DatasetView = z.object({
  id: z.uuid(),
  version: z.int(),
  createdAt: z.string(),
  state: z.enum(datasetStates),
  providerId: z.uuid(),
  ...RegisterDataset.shape,
  grade: Grade,
  fieldsVersion: z.int(),
  proposal: z.object({ fields, digest, lowered: z.array(z.string()), reason: z.string(), proposedAt: z.string() }).nullable(),
  freezeReason: z.string().nullable(),
});
export const DatasetsQuery = pageQuery.extend({ providerId: z.uuid().optional() });

export const DecideFields = z.strictObject({
  fields,
  reason: z.string().max(500).default('').describe('Needed where a field is protected less than before'),
});
export const ApproveFields = z.strictObject({ digest });
export const FreezeDataset = z.strictObject({ marking: z.enum(markings).exclude(['none']), reason: z.string().min(1).max(500) });
export const ThawDataset = z.strictObject({ reason: z.string().min(1).max(500) });

const encoding = z
  .enum(encodings)
  .describe('utf-16: which of the two its byte order mark says, or its first characters. A file that plainly is another is refused');
const header = z.boolean().default(true);
const formats = [
  z.strictObject({
    kind: z.literal('csv'),
    encoding,
    delimiter: z.enum(delimiters).default(','),
    header,
    escape: z.enum(quoteEscapes).default('quote').describe('A quote in a quoted cell: written twice, or after a backslash'),
  }),
  z.strictObject({ kind: z.literal('jsonl'), encoding: encoding.default('utf-8') }).describe('One JSON object a line, fields by name'),
  z.strictObject({ kind: z.literal('parquet') }),
  z.strictObject({
    kind: z.literal('xlsx'),
    sheet: z.string().min(1).max(31).nullable().default(null).describe('Name of the sheet; null: the first'),
    header,
  }),
] as const;
export const DeliveryFormatShape = z.discriminatedUnion('kind', formats);
export const DeliverCopy = z.strictObject({
  datasetId: z.uuid(),
  scenarioId: z.uuid(),
  uploadId: z.uuid(),
  format: DeliveryFormatShape,
  maxBadShare: z.number().min(0).max(0.5).default(0.01).describe('Share of bad lines past which the import stops, 0 to 0.5'),
});

export const UploadPartsView = z.object({
  id: z.uuid(),
  length: z.int(),
  offset: z.int().describe('Bytes that are stored'),
  parts: z
    .array(z.object({ bytes: z.int(), sha256: digest.nullable() }))
    .describe('What is stored, in order: whoever goes on compares its file with it first. Null: of an older part, unknown'),
});
export const TryUpload = z.strictObject({
  datasetId: z.uuid(),
  format: DeliveryFormatShape,
  maxBadShare: DeliverCopy.shape.maxBadShare,
});

const bothLanguages = z.object({ 'zh-CN': z.string(), en: z.string() });
export const ExplainedRefusal = z.object({
  code: z.string(),
  rule: bothLanguages,
  satisfy: bothLanguages,
  details: z.record(z.string(), z.unknown()),
});

const counts = z.object({
  rows: z.int(),
  bad: z.int(),
  badByReason: z.partialRecord(z.enum(badReasons), z.int()),
  beyondGrant: z.int(),
});
export const CopyView = z.object({
  id: z.uuid(),
  version: z.int(),
  createdAt: z.string(),
  state: z.enum(copyStates),
  waits: waits.nullable(),
  datasetId: z.uuid(),
  edition: z.string(),
  fieldsVersion: z.int(),
  scenarioId: z.uuid(),
  authorisationId: z.uuid(),
  unitId: z.uuid(),
  providerId: z.uuid(),
  format: DeliveryFormatShape,
  maxBadShare: z.number(),
  source: z.object({ sha256: digest, bytes: z.int() }).nullable(),
  counts: counts.nullable(),
  leftOut: z.array(z.string()).describe('Fields that the scenario was not granted and that were left out'),
  file: z
    .object({ sha256: digest, bytes: z.int(), rows: z.int(), columns: z.array(z.object({ name: z.string(), type: z.string() })) })
    .nullable(),
  failure: ExplainedRefusal.nullable().describe('Names of fields, figures and lines, never a value'),
  readyAt: z.string().nullable(),
  destroyedAt: z.string().nullable(),
});
export const CopiesQuery = pageQuery.extend({ scenarioId: z.uuid().optional(), datasetId: z.uuid().optional() });

export const ReadingView = z.object({
  readAs: z.string().describe('Kind, encoding and delimiter, as in “csv, gb18030, ,”'),
  isWhole: z.boolean().describe('Whether the file was read to its end; a trial reads 200,000 rows or 64 MiB at most'),
  ...counts.shape,
  columns: z
    .array(
      z.object({
        name: z.string(),
        type: z.enum(cellTypes),
        storedAs: z.string().describe('Type of the stored column'),
        written: z.string().nullable().describe('The form that the field declares; null: the usual one'),
      }),
    )
    .describe('In the order of the file; empty where its header does not fit'),
  problems: z
    .array(z.object({ line: z.int(), reason: z.enum(badReasons), field: z.string().nullable() }))
    .describe('The first 200 rows that would be put aside: line and reason, never a value'),
  refused: ExplainedRefusal.nullable().describe('Why an import would fail, and what to do; null: it would not, as far as it was read'),
});

export const BadRowView = z.object({ line: z.int(), reason: z.enum(badReasons), field: z.string().nullable() });
export const BadRowsPage = z.object({
  items: z.array(BadRowView),
  next: z.string().nullable(),
  total: z.int().describe('Bad rows of the file; the first 10,000 are listed'),
});
