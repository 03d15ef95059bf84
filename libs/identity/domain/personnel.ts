import { dayOf, endOfDay, type Day, type Grant, type Id, type Instant, type PermissionScope, type Role } from '#kernel';

export const recordKinds = ['real-name', 'filing', 'vetting', 'confidentiality-agreement', 'training'] as const;
/** What must be on file for a person before a seat (SEAT-02): 实名, 备案, 审查, 保密协议, 岗前培训. */
export type RecordKind = (typeof recordKinds)[number];

export interface PersonnelRecord {
  readonly id: Id;
  readonly kind: RecordKind;
  readonly validFrom: Day;
  /** Last valid day, or null where the record does not lapse. */
  readonly validUntil: Day | null;
  readonly evidenceDigest: string;
  readonly withdrawn: boolean;
  /** Reviewer, organiser, certificate number, period, liability: by kind. */
  readonly details: Readonly<Record<string, string>>;
}

export interface Affiliation {
  readonly organisationId: Id;
  readonly from: Day;
  readonly until: Day | null;
}

export interface DatedGrant extends Grant {
  readonly from: Day;
  readonly until: Day | null;
}

export interface PersonnelFacts {
  readonly id: Id;
  readonly affiliations: readonly Affiliation[];
  readonly records: readonly PersonnelRecord[];
}

const covers = (span: { from: Day; until: Day | null }, day: Day): boolean =>
  span.from <= day && (span.until === null || day <= span.until);

/** Organisations a person belongs to on the day of a moment (Asia/Shanghai). */
export const organisationsAt = (facts: Pick<PersonnelFacts, 'affiliations'>, at: Instant): Id[] =>
  facts.affiliations.filter((affiliation) => covers(affiliation, dayOf(at))).map((affiliation) => affiliation.organisationId);

/** The record of a kind in force at a moment: the one that lasts longest where several do. */
export function recordAt(facts: Pick<PersonnelFacts, 'records'>, kind: RecordKind, at: Instant): PersonnelRecord | undefined {
  const day = dayOf(at);
  return facts.records
    .filter((record) => record.kind === kind && !record.withdrawn && covers({ from: record.validFrom, until: record.validUntil }, day))
    .sort((a, b) => (b.validUntil ?? '9999-12-31').localeCompare(a.validUntil ?? '9999-12-31'))[0];
}

export const grantsAt = (grants: readonly DatedGrant[], at: Instant): Grant[] =>
  grants.filter((grant) => covers(grant, dayOf(at))).map(({ role, scope }) => ({ role, scope }));

/** The first moment at which one of the affiliations or roles that a person has now runs out by itself; null when none is dated. */
export function standsUntil(facts: Pick<PersonnelFacts, 'affiliations'>, grants: readonly DatedGrant[], at: Instant): Instant | null {
  const today = dayOf(at);
  const mandates = grants.flatMap(({ scope }) => (scope.kind === 'mandate' ? [scope] : []));
  const ends = [...facts.affiliations, ...grants, ...mandates].filter((span) => covers(span, today)).map(({ until }) => until);
  const [first] = ends.filter((until) => until !== null).sort();
  return first === undefined ? null : endOfDay(first);
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

const separated: readonly Role[] = ['platform-operator', 'security-admin', 'audit-admin'];

/** Of the three separated administrators (三员) the one that a person already is, when a grant would make it two. */
export function separationConflict(held: readonly Role[], wanted: Role): Role | undefined {
  return separated.includes(wanted) ? held.find((role) => separated.includes(role) && role !== wanted) : undefined;
}

const scopesOf: Readonly<Record<Role, readonly PermissionScope['kind'][]>> = {
  'platform-operator': ['platform'],
  'security-admin': ['platform'],
  'audit-admin': ['platform'],
  authority: ['region'],
  provider: ['unit', 'dataset'],
  'unit-manager': ['unit'],
  'unit-developer': ['unit'],
  'export-reviewer': ['platform', 'region', 'unit', 'mandate'],
  evaluator: ['platform', 'region', 'mandate'],
};

/** Whether a role can reach that far at all: a unit's manager of the whole platform would see every other unit (ISO-02, ADM-03). */
export const fitsRole = (role: Role, scope: PermissionScope): boolean => scopesOf[role].includes(scope.kind);
