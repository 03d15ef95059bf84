import { type Day, type Instant, dayOf } from '#kernel';
import { type AgreementVersion, checkAgreement, checkConsultation } from './agreement.js';
import { type Move, assertStagesPassed, checkPublicity, moveAuthorisation } from './application-decisions.js';
import type { Approval } from './approval.js';
import type { Authorisation } from './authorisation.js';
import { hasBegun } from './calendar-day.js';
import { type EmergencyPlan, checkEmergencyPlan } from './emergency-plan.js';
import { type Filing, filingsAtSigning } from './filing.js';
import { type ResolvedProfile, assertNotSuperseded, valueIfGiven, valueOf } from './jurisdictions/resolve.js';
import { refuse } from './refusals.js';
import { checkGrantMode } from './rights.js';
import { checkTerm, expiresAt, isExpired } from './term.js';
import type { WorkingYear } from './working-days.js';

export interface SigningFacts {
  readonly profile: ResolvedProfile;
  readonly approval: Approval | undefined;
  readonly agreement: AgreementVersion | undefined;
  readonly years: readonly WorkingYear[];
}

/**
 * Signs the agreement: every stage passed, published, objections answered, all items there, sealed and registered. The profile's version
 * is frozen with it, and the filing duties begin (AUTH-10..14, ADM-05).
 */
export function decideSigning(
  authorisation: Authorisation,
  facts: SigningFacts,
  signedOn: Day,
  now: Instant,
): { change: Move; agreement: AgreementVersion; filings: readonly Filing[] } {
  const moved = moveAuthorisation(authorisation, 'signed');
  assertNotSuperseded(facts.profile);
  if (signedOn > dayOf(now)) throw refuse('deadline.in-the-future', { happenedOn: signedOn, today: dayOf(now) });
  assertStagesPassed(authorisation, facts.profile, facts.approval);
  checkPublicity(authorisation.publicity, now);
  if (!facts.agreement) throw refuse('agreement.items-missing', { missing: [...valueOf(facts.profile, 'agreementItems')] });
  checkAgreement(facts.agreement, valueOf(facts.profile, 'agreementItems'));
  if (valueOf(facts.profile, 'consultation')) checkConsultation(facts.agreement);
  return {
    change: { ...moved, signedOn, signedUnder: facts.profile.lineage },
    agreement: { ...facts.agreement, inForceFrom: signedOn },
    filings: filingsAtSigning(facts.profile, signedOn, facts.years),
  };
}

/** What must hold for operation to begin, read and locked in the deciding transaction. */
export interface ActivationFacts {
  readonly profile: ResolvedProfile;
  readonly approval: Approval | undefined;
  readonly agreement: AgreementVersion | undefined;
  readonly plan: EmergencyPlan | undefined;
  /** Other authorisations of the same authority that stand: in force, suspended or rectifying. */
  readonly othersActive: number;
  /** Named and current at the unit (PERS-06, PERS-07). */
  readonly securityLead: boolean;
}

const activationConditions: readonly ((authorisation: Authorisation, facts: ActivationFacts, now: Instant) => void)[] = [
  (authorisation, facts) => {
    assertStagesPassed(authorisation, facts.profile, facts.approval);
  },
  (authorisation, facts) => {
    checkTerm(authorisation.term, facts.profile, authorisation.termException);
  },
  (authorisation, _facts, now) => {
    if (!hasBegun(authorisation.term.from, now) || isExpired(authorisation.term, now))
      throw refuse('authorisation.outside-term', { ...authorisation.term });
  },
  (_authorisation, facts) => {
    if (!facts.agreement) throw refuse('agreement.items-missing', { missing: [...valueOf(facts.profile, 'agreementItems')] });
    checkAgreement(facts.agreement, valueOf(facts.profile, 'agreementItems'));
  },
  (authorisation) => {
    checkGrantMode(authorisation.grantMode);
  },
  (authorisation) => {
    if (!authorisation.files.some((file) => file.kind === 'security-commitment')) throw refuse('authorisation.commitment-missing');
  },
  (_authorisation, facts) => {
    if (!facts.securityLead) throw refuse('authorisation.no-security-lead');
  },
  (_authorisation, facts) => {
    const ceiling = valueIfGiven(facts.profile, 'unitCeiling');
    if (ceiling !== undefined && facts.othersActive >= ceiling)
      throw refuse('authorisation.ceiling-reached', { ceiling, active: facts.othersActive });
  },
  (_authorisation, facts, now) => {
    checkEmergencyPlan(facts.plan, now);
  },
];

/**
 * Puts a signed authorisation in force. Every condition is asked; the first that fails refuses, and nothing is provisioned
 * (AUTH-09, AUTH-13, AUTH-15, AUTH-21, AUTH-31, META-03, PERS-06, EMG-01).
 */
export function decideEntryIntoForce(authorisation: Authorisation, facts: ActivationFacts, now: Instant): Move {
  const moved = moveAuthorisation(authorisation, 'in-force');
  if (authorisation.state !== 'signed') throw refuse('authorisation.not-signed', { state: authorisation.state });
  for (const condition of activationConditions) condition(authorisation, facts, now);
  return { ...moved, inForceSince: now };
}

/** Back in force after rectification; the assessment is asked of the case itself (SUSP-03, PERS-06, EMG-01). */
export function decideReentry(authorisation: Authorisation, facts: Pick<ActivationFacts, 'plan' | 'securityLead'>, now: Instant): Move {
  const moved = moveAuthorisation(authorisation, 'in-force');
  if (isExpired(authorisation.term, now)) throw refuse('authorisation.outside-term', { ...authorisation.term });
  if (!facts.securityLead) throw refuse('authorisation.no-security-lead');
  checkEmergencyPlan(facts.plan, now);
  return moved;
}

/** What stands may expire: closed and sealed at 24:00 of the last day, without anyone acting (TERM-06). */
const expirableStates = ['in-force', 'suspended', 'rectifying'] as const satisfies readonly Authorisation['state'][];

/** When the term ends of one that ends by itself; undefined where there is nothing left to end. */
export const expiryAhead = ({ state, term }: Authorisation): Instant | undefined =>
  expirableStates.some((expirable) => expirable === state) ? expiresAt(term) : undefined;

/**
 * At the end of the term. A case under rectification passes to termination at once; whatever is pending keeps nothing open (AUTH-17).
 * @returns `undefined` when nothing is to be done: a second sweep, or a clock that went back, changes nothing.
 */
export function decideExpiry(authorisation: Authorisation, now: Instant): Move | undefined {
  if (!expirableStates.some((state) => state === authorisation.state) || !isExpired(authorisation.term, now)) return undefined;
  const ended = { ground: 'expiry', at: expiresAt(authorisation.term) };
  return { ...moveAuthorisation(authorisation, authorisation.state === 'rectifying' ? 'terminating' : 'expired'), ended };
}

/** @throws Refusal `authorisation.ground-unknown` for a ground that the profile does not know (TERM-02). */
export function decideTermination(authorisation: Authorisation, ground: string, profile: ResolvedProfile, now: Instant): Move {
  const grounds = valueOf(profile, 'terminationGrounds');
  if (!grounds.some((known) => known === ground)) throw refuse('authorisation.ground-unknown', { ground, grounds: [...grounds] });
  return { ...moveAuthorisation(authorisation, 'terminating'), ended: authorisation.ended ?? { ground, at: now } };
}

export const decideWithdrawal = (authorisation: Authorisation): Move => moveAuthorisation(authorisation, 'withdrawn');
