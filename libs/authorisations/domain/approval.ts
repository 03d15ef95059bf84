import { type Day, type Digest, type Id, type Instant, assertMove, dayOf } from '#kernel';
import { type ApprovalState, approvalTransitions } from './approval.states.js';
import type { Acting, PartyRole } from './parties.js';
import { refuse } from './refusals.js';

export const approvalSubjects = ['authorisation', 'scenario', 'data-request-item', 'partner'] as const;
export type ApprovalSubjectKind = (typeof approvalSubjects)[number];

/** What is judged: one frozen version, known by its digest. */
export interface ApprovalSubject {
  readonly kind: ApprovalSubjectKind;
  readonly id: Id;
  readonly version: number;
  readonly digest: Digest;
}

/** A place at the table. Slots of one step vote in any order; a step opens when every slot before it has said yes. */
export interface Slot {
  readonly key: string;
  readonly step: number;
  readonly party: PartyRole;
  readonly organisationId: Id;
  /** Its entry in the region's register of bodies, for a party that is taken from there. */
  readonly bodyId?: Id;
}

export interface Vote {
  readonly slot: string;
  readonly personId: Id;
  readonly organisationId: Id;
  /** The grant by which the person decided for the organisation. */
  readonly grantId: Id;
  readonly verdict: 'yes' | 'no';
  readonly reasons: string;
  readonly digest: Digest;
  /** The day of the decision, as the voter says it, beside the moment of its recording. */
  readonly decidedOn: Day;
  readonly recordedAt: Instant;
  /** A written opinion or minutes, by digest. */
  readonly opinion: Digest | null;
}

export interface Approval {
  readonly id: Id;
  readonly subject: ApprovalSubject;
  readonly state: ApprovalState;
  readonly slots: readonly Slot[];
  readonly votes: readonly Vote[];
  /** Who asked, and every organisation on whose side they stand: none of them judges (ACC-05). */
  readonly requesterId: Id;
  readonly requesterOrganisationIds: readonly Id[];
}

export interface CastVote {
  readonly slot: string;
  readonly personId: Id;
  /** The organisation for which the person votes. */
  readonly organisationId: Id;
  /** The grant in that organisation's own scope by which they do; nothing for someone who merely belongs to it (ACC-05). */
  readonly grantId: Id | null;
  /** Every organisation the person belongs to, or in which they held a seat. */
  readonly tiedTo: readonly Id[];
  readonly verdict: 'yes' | 'no';
  readonly reasons: string;
  /** The digest of what the voter saw. */
  readonly digest: Digest;
  readonly decidedOn: Day;
  readonly opinion?: Digest;
}

/**
 * One step a party, in the order in which the profile lists them; one that sits together with the one before shares its step.
 * @throws Refusal `approval.party-missing` for a party without organisation.
 */
export function slotsInOrder(
  parties: readonly { readonly key: string; readonly party: PartyRole; readonly together?: boolean | undefined }[],
  acting: Acting,
): Slot[] {
  let step = -1;
  return parties.map(({ key, party, together }) => ({ key, step: together ? step : (step += 1), party, ...whoIs(party, acting) }));
}

/** All parties at once. @throws Refusal `approval.party-missing`. */
export function slotsTogether(parties: readonly PartyRole[], acting: Acting): Slot[] {
  return parties.map((party) => ({ key: party, step: 0, party, ...whoIs(party, acting) }));
}

function whoIs(party: PartyRole, acting: Acting): Pick<Slot, 'organisationId' | 'bodyId'> {
  const who = acting[party];
  if (!who) throw refuse('approval.party-missing', { party });
  return typeof who === 'string' ? { organisationId: who } : { organisationId: who.organisationId, bodyId: who.bodyId };
}

/**
 * @throws Refusal `approval.no-parties`, `approval.self-review` when a requester's organisation holds a slot, `approval.same-body` when one
 * organisation holds two: where the text has several bodies, several decide (AUTH-09).
 */
export function openApproval(opening: Omit<Approval, 'state' | 'votes'>): Approval {
  if (opening.slots.length === 0) throw refuse('approval.no-parties', { subject: opening.subject.kind });
  const own = opening.slots.find((slot) => opening.requesterOrganisationIds.includes(slot.organisationId));
  if (own) throw refuse('approval.self-review', { slot: own.key });
  assertDistinct(opening.slots);
  return { ...opening, state: 'open', votes: [] };
}

/** @throws Refusal `approval.same-body`. */
export function assertDistinct(slots: readonly Pick<Slot, 'key' | 'organisationId'>[]): void {
  for (const { organisationId } of slots) {
    const held = slots.filter((slot) => slot.organisationId === organisationId).map(({ key }) => key);
    if (held.length > 1) throw refuse('approval.same-body', { organisationId, slots: held });
  }
}

/** The slots that may vote now. */
export function openSlots(approval: Approval): readonly Slot[] {
  if (approval.state !== 'open') return [];
  const waiting = approval.slots.filter((slot) => !approval.votes.some((vote) => vote.slot === slot.key));
  const step = Math.min(...waiting.map((slot) => slot.step));
  return waiting.filter((slot) => slot.step === step);
}

/**
 * Casts one vote. The last yes approves; a no ends the review with its reasons.
 * @param currentDigest digest of the subject as it stands now: a changed subject voids the approval instead of taking the vote.
 * @throws Refusal `approval.closed`, `approval.not-your-turn`, `approval.self-review`, `approval.voted-already`, `approval.reasons-missing`,
 * `approval.seen-other-version`, `approval.wrong-organisation`, `deadline.in-the-future`.
 */
export function decideVote(approval: Approval, cast: CastVote, currentDigest: Digest, now: Instant): Pick<Approval, 'state' | 'votes'> {
  if (currentDigest !== approval.subject.digest) return { state: moved(approval, 'voided'), votes: approval.votes };
  if (approval.state !== 'open') throw refuse('approval.closed', { state: approval.state });
  const slot = approval.slots.find((each) => each.key === cast.slot);
  if (!slot || !openSlots(approval).includes(slot))
    throw refuse('approval.not-your-turn', { slot: cast.slot, open: openSlots(approval).map((each) => each.key) });
  const { tiedTo: _, opinion = null, grantId, ...vote } = cast;
  if (cast.organisationId !== slot.organisationId || grantId === null) throw refuse('approval.wrong-organisation', { slot: slot.key });
  assertIndependent(approval, cast);
  if (approval.votes.some((vote) => vote.personId === cast.personId)) throw refuse('approval.voted-already', { slot: slot.key });
  if (cast.digest !== approval.subject.digest) throw refuse('approval.seen-other-version', { version: approval.subject.version });
  if (cast.verdict === 'no' && cast.reasons.trim() === '') throw refuse('approval.reasons-missing', { slot: slot.key });
  if (cast.decidedOn > dayOf(now)) throw refuse('deadline.in-the-future', { happenedOn: cast.decidedOn, today: dayOf(now) });
  const votes = [...approval.votes, { ...vote, grantId, opinion, recordedAt: now }];
  if (cast.verdict === 'no') return { state: moved(approval, 'rejected'), votes };
  return { state: votes.length === approval.slots.length ? moved(approval, 'approved') : 'open', votes };
}

/** @throws Refusal `approval.vote-fell` while a vote that fell waits for another person of its party, unless this one takes its place. */
export function assertReplacesFallen(fallen: readonly Pick<Vote, 'slot'>[], key: string): void {
  const slots = fallen.map(({ slot }) => slot);
  if (slots.length > 0 && !slots.includes(key)) throw refuse('approval.vote-fell', { slots });
}

function assertIndependent(approval: Approval, cast: CastVote): void {
  const tied = [cast.organisationId, ...cast.tiedTo].some((id) => approval.requesterOrganisationIds.includes(id));
  if (tied || cast.personId === approval.requesterId) throw refuse('approval.self-review', { slot: cast.slot });
}

const moved = (approval: Approval, to: ApprovalState): ApprovalState => {
  assertMove(approvalTransitions, approval.state, to, 'approval');
  return to;
};

/** Whether an approval still covers what stands: given, and for exactly this version. */
export const covers = (approval: Approval | undefined, version: number, digest: Digest): boolean =>
  approval?.state === 'approved' && approval.subject.version === version && approval.subject.digest === digest;
