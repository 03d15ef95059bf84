import { assertMove, type Day, endOfDay, type Instant, type Json, type Reached } from '#kernel';
import { firstLapse, type Lapsed } from './seat-conditions.js';
import type { GrantFacts, SeatFacts } from './seat-facts.js';
import type { ConditionName } from './condition-names.js';
import { basisOf, type LegalBasis, type SeatClass, type SeatState, seatTransitions } from './seat.js';
import { refuse } from './refusals.js';

/** Why a seat's paths are cut. */
export type CutCause = 'revoked' | 'paused';

/** What a decision changes; applied with its journal entry and outbox row in one transaction. */
export interface SeatChange {
  readonly from: SeatState;
  readonly to: Reached<typeof seatTransitions>;
  readonly pausedBy: ConditionName | null;
  /** Whatever works by this seat ends: its epoch is raised in the same transaction and every path is cut, with a receipt. */
  readonly cut: CutCause | null;
  readonly reason: { readonly code: string; readonly details: Readonly<Record<string, Json>> } | null;
}

/** Why a person takes a seat back; a lapse that nothing renews does it as `lapsed`. */
export const revocationGrounds = ['left', 'not-needed', 'misconduct', 'incident', 'suspension', 'termination', 'drill', 'lapsed'] as const;
export type RevocationGround = (typeof revocationGrounds)[number];

function change(from: SeatState, to: SeatChange['to'], more: Partial<Omit<SeatChange, 'from' | 'to'>> = {}): SeatChange {
  assertMove(seatTransitions, from, to, 'seat');
  return { from, to, pausedBy: null, cut: null, reason: null, ...more };
}
const asRefusal = (lapse: Lapsed) => refuse(lapse.code, { condition: lapse.condition, lapsedAt: lapse.lapsedAt, ...lapse.details });

/** The first of the seat's caps; `limitedBy` says which document sets it. */
function endLimit(facts: SeatFacts): { readonly until: Instant; readonly limitedBy: 'authorisation' | 'scenario' | 'record' } | undefined {
  const caps = [
    { limitedBy: 'authorisation' as const, until: facts.authorisation?.until },
    { limitedBy: 'scenario' as const, until: facts.scenario?.until },
    { limitedBy: 'record' as const, until: facts.seat.class === 'own' ? undefined : facts.record?.until },
  ];
  return caps
    .flatMap(({ limitedBy, until }) => (until ? [{ limitedBy, until }] : []))
    .sort((a, b) => (a.until < b.until ? -1 : a.until > b.until ? 1 : 0))[0];
}

function assertWithinLimits(facts: SeatFacts, grant: GrantFacts): void {
  const limit = endLimit(facts);
  if (limit && facts.seat.until > limit.until) {
    throw refuse('seat.end-beyond-limit', { until: facts.seat.until, limit: limit.until, limitedBy: limit.limitedBy });
  }
  const { quota } = grant;
  if (quota.taken >= quota.limit) throw refuse('seat.over-quota', { class: facts.seat.class, limit: quota.limit, taken: quota.taken });
}

export interface SeatRequest {
  readonly class: SeatClass;
  readonly basis: LegalBasis;
  readonly endsOn: Day;
}

/**
 * A request needs a real-name verified person (PERS-01), the record of its class (SEAT-04), an end within every document
 * it rests on and a free place (SEAT-01). The other conditions may still be met until the grant.
 * @throws Refusal naming the first that fails.
 */
export function assertRequestable(request: SeatRequest, facts: SeatFacts, grant: GrantFacts, at: Instant): void {
  if (request.basis.kind !== basisOf[request.class]) {
    throw refuse('seat.wrong-basis', { class: request.class, needed: basisOf[request.class] });
  }
  if (request.basis.clause.trim() === '') throw refuse('seat.basis-without-clause', { class: request.class });
  if (endOfDay(request.endsOn) <= at) throw refuse('seat.end-in-the-past', { endsOn: request.endsOn });
  const atRequest: readonly ConditionName[] = ['identity-verified', 'affiliated', 'not-locked', 'basis-stands'];
  const lapse = firstLapse(facts, at, atRequest);
  if (lapse) throw asRefusal(lapse);
  assertWithinLimits(facts, grant);
}

/** Who decides is neither the person, nor the requester, nor of the applicant's organisations (ACC-05). */
function assertOtherParty(facts: SeatFacts, grant: GrantFacts): void {
  const self = grant.deciderId === facts.person.id || grant.deciderId === facts.seat.requestedBy;
  if (self || grant.deciderOrganisations.some((id) => grant.applicantOrganisations.includes(id))) {
    throw refuse('seat.self-review', { seatId: facts.seat.id });
  }
}

/** Grants a requested seat when every condition holds, nothing stops new seats of the unit and a place is free. */
export function decideGrant(facts: SeatFacts, grant: GrantFacts, at: Instant): SeatChange {
  const granted = change(facts.seat.state, 'granted');
  assertOtherParty(facts, grant);
  const lapse = firstLapse(facts, at);
  if (lapse) throw asRefusal(lapse);
  if (!facts.authorisation?.processingRight) throw refuse('seat.no-processing-right', { seatId: facts.seat.id });
  if (grant.stops.length > 0) throw refuse('seat.new-seats-stopped', { stoppedBy: [...grant.stops] });
  assertWithinLimits(facts, grant);
  return granted;
}

export function decideRefusal(facts: SeatFacts, grant: GrantFacts, reasons: string): SeatChange {
  const refused = change(facts.seat.state, 'refused');
  assertOtherParty(facts, grant);
  if (reasons.trim() === '') throw refuse('seat.refusal-without-reasons', { seatId: facts.seat.id });
  return refused;
}

/** The first opening of a granted seat; everything is looked at once more. */
export function decideActivation(facts: SeatFacts, at: Instant): SeatChange {
  const lapse = firstLapse(facts, at);
  if (lapse) throw asRefusal(lapse);
  return change(facts.seat.state, 'active');
}

/** Takes a seat back, from whatever state has something to take (design §2.6). */
export const decideRevocation = (state: SeatState, ground: RevocationGround): SeatChange =>
  change(state, 'revoking', { cut: 'revoked', reason: { code: ground, details: {} } });

/** The seat is revoked when its receipt is complete, not before. */
export function decideRevoked(
  state: SeatState,
  receipt: { readonly complete: boolean; readonly open: readonly { readonly path: string }[] },
): SeatChange {
  if (!receipt.complete) throw refuse('seat.receipt-open', { open: receipt.open.map(({ path }) => path) });
  return change(state, 'revoked');
}

/**
 * What time and the facts make of a seat without anyone acting: paused by what can be renewed, revoked by what cannot,
 * resumed once everything holds again. Undefined when it stays as it is, so that deciding twice changes nothing.
 */
export function decideReview(facts: SeatFacts, at: Instant): SeatChange | undefined {
  const { state } = facts.seat;
  const lapse = firstLapse(facts, at);
  const live = state === 'granted' || state === 'active' || state === 'paused';
  if (!live) return undefined;
  if (!lapse) return state === 'paused' ? change(state, 'active') : undefined;
  const reason = { code: lapse.code, details: { condition: lapse.condition, lapsedAt: lapse.lapsedAt, ...lapse.details } };
  if (lapse.final) return { ...decideRevocation(state, 'lapsed'), reason };
  return state === 'active' ? change(state, 'paused', { pausedBy: lapse.condition, cut: 'paused', reason }) : undefined;
}
