import { digestOf } from '#kernel';
import type { Digest } from '#kernel';
import type { CellCheck, CellType } from './cell.js';
import type { Written } from './written.js';

/** L1 (public) to L4 (most sensitive), as provinces grade public data (CLS-01). Compares as text. */
export const grades = ['L1', 'L2', 'L3', 'L4'] as const;
export type Grade = (typeof grades)[number];

/** What the regulations tell apart when they say that data must be protected (CLS-04). */
export const fieldClasses = ['public', 'personal', 'trade-secret', 'confidential-business', 'government-internal'] as const;
export type FieldClass = (typeof fieldClasses)[number];

/**
 * Kinds of content that identify or describe a subject. `none`: somebody looked and found nothing of the kind.
 * The names follow the regulations' wording: GB/T 35273-2020 appendix A and B, GB/T 37988-2019.
 */
export const sensitiveTypes = [
  'resident-id',
  'uscc',
  'mobile',
  'landline',
  'bank-card',
  'passport',
  'hk-macao-permit',
  'taiwan-permit',
  'plate',
  'name',
  'address',
  'email',
  'ipv4',
  'ipv6',
  'mac',
  'birth-date',
  'coordinates',
  'free-text',
  'medical-record-number',
  'account-number',
  'none',
] as const;
export type SensitiveType = (typeof sensitiveTypes)[number];

/** One column of a holding, as its provider decided it. `null` stands for undecided, and undecided counts as sensitive. */
export interface Field {
  readonly name: string;
  readonly comment: string;
  readonly type: CellType;
  /** A check that each value must pass besides its type. */
  readonly check: CellCheck | null;
  readonly required: boolean;
  /** How the provider writes it; absent or null: in the usual form. */
  readonly written?: Written | null;
  readonly class: FieldClass | null;
  readonly grade: Grade | null;
  readonly sensitiveType: SensitiveType | null;
}

export const fieldsDigest = (fields: readonly Field[]): Digest => digestOf(fields);

/** Undecided counts as sensitive, and so does whatever is graded L3 or above (CLS-04). */
export const isSensitive = (field: Field): boolean =>
  field.class === null ||
  field.grade === null ||
  field.sensitiveType === null ||
  field.sensitiveType !== 'none' ||
  field.grade >= 'L3' ||
  field.class !== 'public';

/** Ungraded or unclassified: cannot be granted (CLS-01). */
export const isUndecided = (field: Field): boolean => field.class === null || field.grade === null || field.sensitiveType === null;

/** By which a field is the same one however its name is written: width, case and blanks aside. */
export const fieldKey = (name: string): string => name.normalize('NFKC').replace(/\s+/gu, '').toLowerCase();

/** A list of fields that was in force, and whether the authority agreed to it. */
export interface FieldVersion {
  readonly fields: readonly Field[];
  readonly approved: boolean;
}

/**
 * How each field that a holding ever had is protected: at its strictest since the authority last decided on it, also where it was
 * removed meanwhile.
 * @param versions oldest first
 */
export function protectionOf(versions: readonly FieldVersion[]): Field[] {
  const known = new Map<string, Field>();
  for (const { fields, approved } of versions)
    for (const field of fields) {
      const before = known.get(fieldKey(field.name));
      known.set(fieldKey(field.name), approved || before === undefined ? field : strictest(before, field));
    }
  return [...known.values()];
}

const strictest = (before: Field, field: Field): Field => ({
  ...field,
  grade: before.grade !== null && (field.grade === null || field.grade < before.grade) ? before.grade : field.grade,
  class: before.class !== null && (field.class === null || field.class === 'public') ? before.class : field.class,
  sensitiveType:
    before.sensitiveType !== null && (field.sensitiveType === null || field.sensitiveType === 'none')
      ? before.sensitiveType
      : field.sensitiveType,
});

/** Names of the fields that the new list protects less than before: lower grade, no grade, or a sensitive type or class taken away. */
export function loweredFields(from: readonly Field[], to: readonly Field[]): string[] {
  const before = new Map(from.map((field) => [fieldKey(field.name), field]));
  return to.filter((field) => isLowered(before.get(fieldKey(field.name)), field)).map(({ name }) => name);
}

function isLowered(from: Field | undefined, to: Field): boolean {
  if (from === undefined) return false;
  const graded = from.grade !== null && (to.grade === null || to.grade < from.grade);
  const typed = from.sensitiveType !== null && from.sensitiveType !== 'none' && (to.sensitiveType === null || to.sensitiveType === 'none');
  const classed = from.class !== null && from.class !== 'public' && (to.class === null || to.class === 'public');
  return graded || typed || classed;
}

/** The strictest grade among the fields; what the holding as a whole has at least. */
export const strictestGrade = (fields: readonly Field[]): Grade | null =>
  fields.reduce<Grade | null>(
    (strictest, { grade }) => (grade !== null && (strictest === null || grade > strictest) ? grade : strictest),
    null,
  );
