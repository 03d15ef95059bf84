import type { TerminationGround } from '#authorisations';
import { type Day, type Digest, type Instant, dayOf } from '#kernel';
import { refuse } from './refusals.js';

/** Why an authorisation or a scenario ends, in the regulations' cases (TERM-02). */
export const grounds = [
  'policy-change',
  'non-performance',
  'security-incident',
  'unremedied-findings',
  'violation',
  'expiry',
  'deregistration',
  'revocation',
] as const satisfies readonly TerminationGround[];
export type Ground = (typeof grounds)[number];

/** Grounds that rest on an incident and therefore name it. */
const incidentGrounds: readonly Ground[] = ['security-incident'];

/** The coordination body's decision, or, for expiry, the agreement whose end date is the decision (TERM-05). */
export interface Decision {
  readonly reference: string;
  readonly fileDigest: Digest;
  readonly decidedOn: Day;
  readonly incidentNumber: string | null;
}

/**
 * A case needs one coded ground and its decision file; without them execution is refused, while suspension stays available.
 * @throws Refusal `termination.decision-missing`, `termination.decision-in-the-future`, `termination.incident-missing`.
 */
export function assertDecided(ground: Ground, decision: Decision, at: Instant): void {
  if (decision.reference.trim() === '') throw refuse('termination.decision-missing', { ground });
  if (decision.decidedOn > dayOf(at)) throw refuse('termination.decision-in-the-future', { decidedOn: decision.decidedOn });
  if (incidentGrounds.includes(ground) && !decision.incidentNumber?.trim()) throw refuse('termination.incident-missing', { ground });
}
