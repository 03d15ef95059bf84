import type { Instant, Json } from '#kernel';
import type { Proof, SeatFacts } from './seat-facts.js';
import type { ConditionName } from './condition-names.js';
import { basisOf } from './seat.js';
import type { RefusalCode } from './refusals.js';

export interface Holds {
  readonly condition: ConditionName;
  readonly holds: true;
  /** The moment at which it stops holding by itself; null when no date is set. */
  readonly until: Instant | null;
  /** What is on file; null where the condition is the absence of something. */
  readonly evidence: { readonly ref: string; readonly since: Instant } | null;
}
export interface Lapsed {
  readonly condition: ConditionName;
  readonly holds: false;
  /** The refusal that names it. */
  readonly code: RefusalCode;
  readonly lapsedAt: Instant | null;
  /** Nothing can renew it, so the seat is revoked instead of paused. */
  readonly final: boolean;
  readonly details: Readonly<Record<string, Json>>;
}
export type Verdict = Holds | Lapsed;
export type Condition = (facts: SeatFacts, at: Instant) => Verdict;

type SeatCode = Extract<RefusalCode, `seat.${string}`>;
const lapsed = (
  condition: ConditionName,
  code: SeatCode,
  more: { lapsedAt?: Instant | null; final?: boolean; details?: Readonly<Record<string, Json>> } = {},
): Lapsed => ({
  condition,
  holds: false,
  code,
  lapsedAt: more.lapsedAt ?? null,
  final: more.final ?? false,
  details: more.details ?? {},
});

/** Holds while the proof's term runs; before it begins it is as good as missing. */
function inTerm(condition: ConditionName, proof: Proof | null, at: Instant, missing: SeatCode, over: SeatCode, final = false): Verdict {
  if (!proof || at < proof.from) return lapsed(condition, missing);
  if (proof.until !== null && at >= proof.until) {
    return lapsed(condition, over, { lapsedAt: proof.until, final, details: { lapsedOn: proof.until } });
  }
  return { condition, holds: true, until: proof.until, evidence: { ref: proof.ref, since: proof.from } };
}

/** Real-name verification; a changed identity number voids it (PERS-01). */
const identityVerified: Condition = ({ person }, at) =>
  person.identity?.voided
    ? lapsed('identity-verified', 'seat.identity-unverified')
    : inTerm('identity-verified', person.identity, at, 'seat.identity-unverified', 'seat.identity-unverified');

/** Filed with the authority (PERS-02). */
export const filed: Condition = ({ person }, at) => inTerm('filed', person.filing, at, 'seat.not-filed', 'seat.filing-lapsed');

/** Vetted, with a passing result that has not run out (PERS-02). */
export const vetted: Condition = ({ person }, at) =>
  person.vetting && !person.vetting.passed
    ? lapsed('vetted', 'seat.vetting-rejected')
    : inTerm('vetted', person.vetting, at, 'seat.not-vetted', 'seat.vetting-lapsed');

/** The confidentiality agreement is signed and its period runs (PERS-03). */
const agreementInTerm: Condition = ({ person }, at) =>
  inTerm('agreement-in-term', person.confidentiality, at, 'seat.agreement-missing', 'seat.agreement-lapsed');

/** Pre-post training passed (PERS-04). */
const trainingPassed: Condition = ({ person }, at) =>
  inTerm('training-passed', person.training, at, 'seat.training-missing', 'seat.training-lapsed');

/** Leaving the organisation closes the seat for good (PERS-02). */
export const affiliated: Condition = ({ person }, at) =>
  inTerm('affiliated', person.affiliation, at, 'seat.not-affiliated', 'seat.affiliation-ended', true);

/** Whoever is locked works nowhere until the lock is lifted, whatever else is on file. */
const notLocked: Condition = ({ person }) =>
  person.lock === null
    ? { condition: 'not-locked', holds: true, until: null, evidence: null }
    : lapsed('not-locked', 'seat.person-locked', { lapsedAt: person.lock.since, details: { since: person.lock.since } });

const scenarioApproved: Condition = ({ scenario }, at) => {
  if (scenario?.ended) return lapsed('scenario-approved', 'seat.scenario-ended', { final: true, lapsedAt: scenario.until });
  if (scenario && !scenario.approved) return lapsed('scenario-approved', 'seat.scenario-not-approved');
  return inTerm('scenario-approved', scenario, at, 'seat.scenario-not-approved', 'seat.scenario-ended', true);
};

/** Suspension is the last condition's matter; an authorisation that ended can only be replaced by a new one (TERM-06, TERM-08). */
const authorisationInForce: Condition = ({ authorisation }, at) => {
  if (authorisation?.phase === 'ended') {
    return lapsed('authorisation-in-force', 'seat.authorisation-ended', { final: true, lapsedAt: authorisation.until });
  }
  if (authorisation?.phase === 'not-yet') return lapsed('authorisation-in-force', 'seat.authorisation-not-in-force');
  return inTerm('authorisation-in-force', authorisation, at, 'seat.authorisation-not-in-force', 'seat.authorisation-ended', true);
};

/** A partner's or secondary developer's seat sees only its record's scenarios and ends with the record (SEAT-04, AUTH-27, AUTH-30). */
const basisStands: Condition = ({ seat, record, authorisation }, at) => {
  const needed = basisOf[seat.class];
  if (seat.basis.kind !== needed) return lapsed('basis-stands', 'seat.wrong-basis', { details: { class: seat.class, needed } });
  if (needed === 'agreement') {
    return {
      condition: 'basis-stands',
      holds: true,
      until: null,
      evidence: authorisation && { ref: authorisation.ref, since: authorisation.from },
    };
  }
  if (!record?.approved || record.kind !== needed)
    return lapsed('basis-stands', 'seat.record-not-approved', { details: { class: seat.class, needed } });
  if (!record.scenarioIds.includes(seat.scenarioId)) {
    return lapsed('basis-stands', 'seat.record-other-scenario', { details: { scenarioId: seat.scenarioId } });
  }
  return inTerm('basis-stands', record, at, 'seat.record-not-approved', 'seat.record-ended', true);
};

const notSuspended: Condition = ({ suspensions }) => {
  const [first] = suspensions;
  if (first)
    return lapsed('not-suspended', 'seat.suspended', { lapsedAt: first.since, details: { scope: first.scope, suspensionId: first.id } });
  return { condition: 'not-suspended', holds: true, until: null, evidence: null };
};

/** The seat's own end date (SEAT-01). */
const withinTerm: Condition = ({ seat }, at) =>
  at >= seat.until
    ? lapsed('within-term', 'seat.term-ended', { lapsedAt: seat.until, final: true, details: { lapsedOn: seat.until } })
    : { condition: 'within-term', holds: true, until: seat.until, evidence: null };

/** All that must hold for a seat to work, in the order in which a lapse is named (design §2.5, SEAT-02, SEAT-03). */
export const seatConditions = [
  identityVerified,
  filed,
  vetted,
  agreementInTerm,
  trainingPassed,
  affiliated,
  notLocked,
  scenarioApproved,
  authorisationInForce,
  basisStands,
  notSuspended,
  withinTerm,
] as const satisfies readonly Condition[];

/** The seat page: every condition with its evidence and dates. */
export const verdicts = (facts: SeatFacts, at: Instant): readonly Verdict[] => seatConditions.map((condition) => condition(facts, at));

/** What cuts the seat now: a lapse that nothing can renew before one that can, otherwise the first of the list. */
export function firstLapse(facts: SeatFacts, at: Instant, among?: readonly ConditionName[]): Lapsed | undefined {
  const lapses = verdicts(facts, at).filter(
    (verdict) => !verdict.holds && (among?.includes(verdict.condition) ?? true),
  ) as readonly Lapsed[];
  return lapses.find((lapse) => lapse.final) ?? lapses[0];
}
