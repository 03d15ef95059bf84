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

/**
 * What may leave of a field's values, by its provider, the strictest first. `rounded`: figures that are computed from it, to three digits;
 * `aggregate`: figures of enough subjects; `public`: the values as they stand, whatever their number, where all of a holding's fields are so.
 */
export const releaseRules = ['rounded', 'aggregate', 'public'] as const;
export type ReleaseRule = (typeof releaseRules)[number];

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
  /** Absent: `aggregate`. */
  readonly release?: ReleaseRule;
}

export const releaseOf = ({ release = 'aggregate' }: Pick<Field, 'release'>): ReleaseRule => release;
const looser = (a: ReleaseRule, b: ReleaseRule): boolean => releaseRules.indexOf(a) > releaseRules.indexOf(b);
export const stricterRelease = (a: ReleaseRule, b: ReleaseRule): ReleaseRule => (looser(a, b) ? b : a);

/** What may leave of a holding's fields. */
export interface Releases {
  /** Whether the whole is a list that anybody may have. Public fields of a holding that has others are fields of whoever those are about. */
  readonly isList: boolean;
  readonly ruleOf: (name: string) => ReleaseRule;
}
/** What every one of some lists of fields allows: that of a copy as it was delivered, and the holding's today. */
export function releasesOf(...lists: readonly (readonly Pick<Field, 'name' | 'release'>[])[]): Releases {
  const rules = new Map<string, ReleaseRule>();
  for (const field of lists.flat()) {
    const key = fieldKey(field.name);
    rules.set(key, stricterRelease(rules.get(key) ?? 'public', releaseOf(field)));
  }
  const isList = rules.size > 0 && [...rules.values()].every((rule) => rule === 'public');
  return { isList, ruleOf: (name) => rules.get(fieldKey(name)) ?? 'aggregate' };
}

/** Nothing that anybody has to protect may be released as it stands. */
export const mayBePublic = (field: Pick<Field, 'class' | 'grade' | 'sensitiveType'>): boolean =>
  field.class === 'public' && field.grade === 'L1' && field.sensitiveType === 'none';

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
  release: stricterRelease(releaseOf(before), releaseOf(field)),
});

/**
 * Names of the fields that the new list protects less than before: lower grade, no grade, a sensitive type or class taken away, more that
 * may leave. A field that nobody knew is protected less than before where its values may leave as they stand.
 */
export function loweredFields(from: readonly Field[], to: readonly Field[]): string[] {
  const before = new Map(from.map((field) => [fieldKey(field.name), field]));
  return to.filter((field) => isLowered(before.get(fieldKey(field.name)), field)).map(({ name }) => name);
}

function isLowered(from: Field | undefined, to: Field): boolean {
  if (from === undefined) return releaseOf(to) === 'public';
  const graded = from.grade !== null && (to.grade === null || to.grade < from.grade);
  const typed = from.sensitiveType !== null && from.sensitiveType !== 'none' && (to.sensitiveType === null || to.sensitiveType === 'none');
  const classed = from.class !== null && from.class !== 'public' && (to.class === null || to.class === 'public');
  return graded || typed || classed || looser(releaseOf(to), releaseOf(from));
}

/** The strictest grade among the fields; what the holding as a whole has at least. */
export const strictestGrade = (fields: readonly Field[]): Grade | null =>
  fields.reduce<Grade | null>(
    (strictest, { grade }) => (grade !== null && (strictest === null || grade > strictest) ? grade : strictest),
    null,
  );
