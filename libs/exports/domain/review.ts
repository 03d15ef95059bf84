import { type Digest, type Id, type Instant } from '#kernel';
import type { ExportState } from './export-request.js';
import { isNeeded, openSlots, type ReviewParty, type ReviewSlot } from './review-slots.js';
import { refuse } from './refusals.js';

/** One reviewer's answer to one flagged item. */
export interface ItemAnswer {
  readonly item: string;
  readonly acceptable: boolean;
  readonly reason: string;
}

export interface ReviewDecision {
  readonly id: Id;
  readonly reviewerId: Id;
  readonly party: ReviewParty;
  readonly verdict: 'yes' | 'no';
  readonly reasons: string;
  readonly answers: readonly ItemAnswer[];
  /** Digest of the binding that was reviewed. */
  readonly binding: Digest;
  readonly decidedAt: Instant;
}

/** What a review decision rests on. */
export interface ReviewFacts {
  readonly requestId: Id;
  readonly state: ExportState;
  readonly requesterId: Id;
  readonly slots: readonly ReviewSlot[];
  /** Items that need a human. */
  readonly items: readonly string[];
  readonly binding: Digest;
  /** Decisions of this round: those bound to `binding`. */
  readonly decisions: readonly ReviewDecision[];
}

/** The person who is about to decide. */
export interface Reviewer {
  readonly personId: Id;
  /** The grant by which they act, and the organisation that it rests on. */
  readonly grantId: Id;
  readonly organisationId: Id;
  readonly party: ReviewParty;
  /** Belongs to the requester's unit or an affiliate of it, or held a seat there (ACC-05). */
  readonly ofRequestersUnit: boolean;
}

export interface ReviewAnswer {
  readonly verdict: 'yes' | 'no';
  readonly reasons: string;
  readonly answers: readonly ItemAnswer[];
  /** Digest of the binding that the reviewer saw. */
  readonly binding: Digest;
}

export type ReviewOutcome = 'open' | 'approved' | 'returned';

/** @throws Refusal `export.reviewer-not-independent` for the requester and people of the requester's unit (design rule 7; ACC-05). */
export function assertIndependent(facts: Pick<ReviewFacts, 'requesterId'>, person: Reviewer): void {
  if (person.personId === facts.requesterId) throw refuse('export.reviewer-not-independent', { because: 'requester' });
  if (person.ofRequestersUnit) throw refuse('export.reviewer-not-independent', { because: 'unit' });
}

/**
 * One reviewer decides, without having seen another's decision.
 * @throws Refusal `export.not-in-review`, `export.reviewer-not-independent`, `export.already-reviewed`, `export.review-not-needed`,
 * `export.review-outdated`, `export.items-unanswered`, `export.reasons-missing`, `export.answers-contradict`
 */
export function decideReview(
  facts: ReviewFacts,
  reviewer: Reviewer,
  answer: ReviewAnswer,
  made: { readonly id: Id; readonly at: Instant },
): { readonly decision: ReviewDecision; readonly outcome: ReviewOutcome } {
  if (facts.state !== 'in-review') throw refuse('export.not-in-review', { id: facts.requestId, state: facts.state });
  assertIndependent(facts, reviewer);
  if (facts.decisions.some((one) => one.reviewerId === reviewer.personId)) throw refuse('export.already-reviewed', { id: facts.requestId });
  const parties = facts.decisions.map((one) => one.party);
  if (!isNeeded(facts.slots, parties, reviewer.party))
    throw refuse('export.review-not-needed', { id: facts.requestId, party: reviewer.party });
  if (answer.binding !== facts.binding) throw refuse('export.review-outdated', { id: facts.requestId, binding: facts.binding });
  assertAnswered(facts.items, answer);
  const decision: ReviewDecision = {
    id: made.id,
    reviewerId: reviewer.personId,
    party: reviewer.party,
    ...answer,
    decidedAt: made.at,
  };
  return { decision, outcome: outcomeOf(facts.slots, [...facts.decisions, decision]) };
}

function assertAnswered(items: readonly string[], answer: ReviewAnswer): void {
  if (answer.verdict === 'no' && answer.reasons.trim() === '') throw refuse('export.reasons-missing');
  const answered = new Set(answer.answers.filter((one) => one.reason.trim() !== '').map((one) => one.item));
  const unanswered = items.filter((item) => !answered.has(item));
  if (unanswered.length > 0) throw refuse('export.items-unanswered', { items: unanswered });
  const against = answer.answers.filter((one) => !one.acceptable && items.includes(one.item)).map((one) => one.item);
  if (answer.verdict === 'yes' && against.length > 0) throw refuse('export.answers-contradict', { items: against });
}

/** One "no" returns it; all places filled with "yes" approve it. */
export function outcomeOf(slots: readonly ReviewSlot[], decisions: readonly ReviewDecision[]): ReviewOutcome {
  if (decisions.some((one) => one.verdict === 'no')) return 'returned';
  const open = openSlots(
    slots,
    decisions.map((one) => one.party),
  );
  return open.length === 0 && decisions.length >= 2 ? 'approved' : 'open';
}

/** Also while the checks of a voided review run again: those who decided before decide anew. */
const undecided: readonly ExportState[] = ['quarantined', 'checking', 'in-review'];

/**
 * The decisions that someone may see: while the review is open only one's own, so that nobody is led by another's; afterwards all
 * (EXP-05: each vote stores reasons before others are revealed).
 */
export const visibleDecisions = (state: ExportState, decisions: readonly ReviewDecision[], viewerId: Id): readonly ReviewDecision[] =>
  undecided.includes(state) ? decisions.filter((one) => one.reviewerId === viewerId) : decisions;
