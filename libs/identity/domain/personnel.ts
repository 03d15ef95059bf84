import {
  addDays,
  addMonths,
  endOfDay,
  isRange,
  residentIdCheck,
  type Day,
  type Grant,
  type Id,
  type Instant,
  type PermissionScope,
  type Role,
} from '#kernel';
import type { OpenLock } from './person-lock.js';
import { refuse } from './refusals.js';

export const recordKinds = ['real-name', 'filing', 'vetting', 'confidentiality-agreement', 'training'] as const;
/** What must be on file for a person before a seat (SEAT-02): 实名, 备案, 审查, 保密协议, 岗前培训. */
export type RecordKind = (typeof recordKinds)[number];

export interface PersonnelRecord {
  readonly id: Id;
  readonly kind: RecordKind;
  /** The moment of its filing, or a later one: never earlier. */
  readonly validFrom: Instant;
  /** Last valid day, or null where the record does not lapse. */
  readonly validUntil: Day | null;
  /** The date on paper, without effect. */
  readonly documentedFrom: Day | null;
  readonly evidenceDigest: string;
  readonly withdrawn: boolean;
  /** When the identity number that the verification was made for changed (PERS-01). */
  readonly voidedAt: Instant | null;
  /** Reviewer, organiser, certificate number, period, liability: by kind. */
  readonly details: Readonly<Record<string, string>>;
}

export interface Affiliation {
  readonly id: Id;
  readonly organisationId: Id;
  readonly from: Instant;
  readonly until: Instant | null;
  readonly documentedFrom: Day | null;
}

export interface DatedGrant {
  readonly id: Id;
  readonly role: Role;
  readonly scope: PermissionScope;
  /** The affiliation that it rests on. */
  readonly affiliationId: Id | null;
  readonly from: Instant;
  readonly until: Instant | null;
}

export interface PersonnelFacts {
  readonly id: Id;
  /** An identity number was verified for the person: without one nobody can tell whether they have another account (ACC-04). */
  readonly numbered: boolean;
  readonly affiliations: readonly Affiliation[];
  readonly records: readonly PersonnelRecord[];
  /** Locks that stand: with one, nothing else that is on file lets the person in. */
  readonly locks: readonly OpenLock[];
}

const covers = (span: { readonly from: Instant; readonly until: Instant | null }, at: Instant): boolean =>
  span.from <= at && (span.until === null || at < span.until);

/** Organisations a person belongs to at a moment. */
export const organisationsAt = (facts: Pick<PersonnelFacts, 'affiliations'>, at: Instant): Id[] =>
  affiliationsAt(facts, at).map(({ organisationId }) => organisationId);

/** Affiliations in force now or later. */
export const affiliationsFrom = (facts: Pick<PersonnelFacts, 'affiliations'>, at: Instant): Affiliation[] =>
  facts.affiliations.filter(({ until }) => until === null || until > at);

export const affiliationsAt = (facts: Pick<PersonnelFacts, 'affiliations'>, at: Instant): Affiliation[] =>
  facts.affiliations.filter((affiliation) => covers(affiliation, at));

/** What a person may do at a moment: grants in force that rest on an affiliation in force. Where that ended, they ended with it. */
export function grantsAt(grants: readonly DatedGrant[], facts: Pick<PersonnelFacts, 'affiliations'>, at: Instant): Grant[] {
  const standing = affiliationsAt(facts, at);
  return grants.flatMap((grant) => {
    const home = standing.find(({ id }) => id === grant.affiliationId);
    return home === undefined || !covers(grant, at)
      ? []
      : [{ id: grant.id, role: grant.role, scope: grant.scope, organisationId: home.organisationId }];
  });
}

/** @throws Refusal `identity.backdated`: what decides begins and ends by the act that says so, and never before it. */
export function assertNotBackdated(named: Instant | null | undefined, at: Instant): void {
  if (named && named < at) throw refuse('identity.backdated', { earliest: at });
}

/** Years that a mandate runs at most: as long as an authorisation, which is what it looks at (AUTH-15). */
export const longestMandateYears = 3;

/**
 * A mandate runs from the day that gives it or a later one, for a term that can be answered for (EVAL-06).
 * @throws Refusal `identity.backdated`, `identity.mandate-term`.
 */
export function assertMandate(scope: PermissionScope, at: Instant): void {
  if (scope.kind !== 'mandate') return;
  assertNotBackdated(endOfDay(scope.from), at);
  const last = addMonths(endOfDay(scope.from), longestMandateYears * 12);
  if (!isRange(scope) || endOfDay(scope.until) > last)
    throw refuse('identity.mandate-term', { from: scope.from, until: scope.until, years: longestMandateYears });
}

/** @throws Refusal `identity.mandate-term` where it would be over when it is given. */
export function assertMandateRuns(scope: PermissionScope, at: Instant): void {
  if (scope.kind === 'mandate' && endOfDay(scope.until) <= at)
    throw refuse('identity.mandate-term', { from: scope.from, until: scope.until, years: longestMandateYears });
}

/** A mandate runs by whole days. */
const daysOf = ({ from, until }: { readonly from: Day; readonly until: Day }) => ({
  from: addDays(endOfDay(from), -1),
  until: endOfDay(until),
});

/** The first moment at which one of the affiliations or roles that a person has now runs out by itself; null when none is dated. */
export function standsUntil(facts: Pick<PersonnelFacts, 'affiliations'>, grants: readonly DatedGrant[], at: Instant): Instant | null {
  const mandates = grants.flatMap(({ scope }) => (scope.kind === 'mandate' ? [daysOf(scope)] : []));
  const ends = [...facts.affiliations, ...grants, ...mandates].filter((span) => covers(span, at)).map(({ until }) => until);
  return ends.filter((until) => until !== null).sort()[0] ?? null;
}

/** Fields that a record of a kind must state (PERS-01..04; PERS-03: an agreement states its period and liability). */
const required: Readonly<Record<RecordKind, readonly string[]>> = {
  'real-name': ['level'],
  filing: ['number'],
  vetting: ['reviewer', 'result'],
  'confidentiality-agreement': ['signer', 'period', 'liability'],
  training: ['certificate', 'organiser'],
};

export const missingDetails = (kind: RecordKind, details: Readonly<Record<string, string>>): string[] =>
  required[kind].filter((field) => (details[field] ?? '').trim() === '');

/** What a vetting (审查) came to, in the words that are taken for it. */
export const vettingResults = {
  passed: ['passed', '通过', '合格'],
  failed: ['failed', '未通过', '不合格'],
} as const satisfies Record<string, readonly string[]>;

/**
 * Read when it is filed, not months later when a seat is granted. @throws Refusal `identity.vetting-result` for a word that stands for
 * neither.
 */
export function assertResultFits(kind: RecordKind, details: Readonly<Record<string, string>>): void {
  const known: readonly string[] = Object.values(vettingResults).flat();
  if (kind === 'vetting' && !known.includes(details['result'] ?? '')) throw refuse('identity.vetting-result', { known });
}

/**
 * The identity number (公民身份号码, GB 11643-1999) goes with the verification of the real name, and with nothing else.
 * @throws Refusal `identity.record-incomplete` for a verification without one, `identity.number-misplaced`, `identity.number-invalid`.
 */
export function assertNumberFits(kind: RecordKind, identityNumber: string | undefined): void {
  if (identityNumber === undefined) {
    if (kind === 'real-name') throw refuse('identity.record-incomplete', { kind, missing: ['identityNumber'] });
    return;
  }
  if (kind !== 'real-name') throw refuse('identity.number-misplaced', { kind });
  if (residentIdCheck(identityNumber.slice(0, 17)) !== identityNumber.slice(17).toUpperCase()) throw refuse('identity.number-invalid');
}
