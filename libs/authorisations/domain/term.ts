import { type Day, type Digest, type Id, type Instant, dayOf, endOfDay, isRange } from '#kernel';
import type { AuthorisationState } from './authorisation.states.js';
import { plusMonths, plusYears } from './calendar-day.js';
import { type ResolvedProfile, valueOf } from './jurisdictions/resolve.js';
import { refuse } from './refusals.js';
import type { Term } from './rights.js';

/** A decision that allows a term beyond the limit, where the profile permits one (浙江 四(四), 青田 二(五): 一般不超过). */
export interface TermException {
  readonly decision: string;
  readonly digest: Digest;
}

/** @throws Refusal `authorisation.term-inverted`, `authorisation.term-too-long` naming the last possible day (AUTH-15). */
export function checkTerm(term: Term, profile: ResolvedProfile, exception: TermException | null): void {
  if (!isRange(term)) throw refuse('authorisation.term-inverted', { ...term });
  const limit = valueOf(profile, 'termLimit');
  const latest = plusYears(term.from, limit.years);
  if (term.until > latest && !(limit.exception && exception)) {
    throw refuse('authorisation.term-too-long', { until: term.until, latest, years: limit.years, exception: limit.exception });
  }
}

/** The moment all rights end without anyone acting (TERM-06). */
export const expiresAt = (term: Term): Instant => endOfDay(term.until);
export const isExpired = (term: Term, now: Instant): boolean => now >= expiresAt(term);

export interface RenewalWindow {
  readonly opens: Day;
  readonly closes: Day;
}

/** The last months of the term, by the profile the agreement was signed under (AUTH-16). */
export const renewalWindow = (term: Term, profile: ResolvedProfile): RenewalWindow => ({
  opens: plusMonths(term.until, -valueOf(profile, 'renewalWindow').months),
  closes: term.until,
});

export interface RenewalFacts {
  readonly term: Term;
  readonly signedUnder: ResolvedProfile;
  /** The latest evaluation of the unit, if any (AUTH-17). */
  readonly evaluation: { readonly id: string; readonly met: boolean } | null;
}

/** What stands, or will again once it is put right; what has run out or was ended is applied for anew (AUTH-16, AUTH-17). */
const renewable: readonly AuthorisationState[] = ['in-force', 'suspended', 'rectifying'];

/** @throws Refusal `authorisation.not-renewable`. */
export function assertRenewable({ id, state }: { readonly id: Id; readonly state: AuthorisationState }): void {
  if (!renewable.includes(state)) throw refuse('authorisation.not-renewable', { id, state });
}

/**
 * Whether a renewal may be submitted: inside the window, with an evaluation that was met. It extends nothing by itself.
 * @throws Refusal `authorisation.renewal-window` with both days, `authorisation.renewal-evaluation`.
 */
export function checkRenewal(facts: RenewalFacts, now: Instant): void {
  const window = renewalWindow(facts.term, facts.signedUnder);
  const today = dayOf(now);
  if (today < window.opens || today > window.closes) throw refuse('authorisation.renewal-window', { ...window, today });
  if (!facts.evaluation?.met) throw refuse('authorisation.renewal-evaluation', { evaluation: facts.evaluation?.id ?? null });
}
