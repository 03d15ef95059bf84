import type { Grant, Id } from '#kernel';

/** For whom a reviewer speaks. */
export type ReviewParty = 'authority' | 'industry-authority' | 'provider' | 'evaluator' | 'other';
const partyOfKind: Readonly<Record<string, ReviewParty>> = {
  'industry-authority': 'industry-authority',
  provider: 'provider',
  evaluator: 'evaluator',
};

/**
 * For whom a reviewer speaks by one grant. For the authority only with a role in a region that covers the one that answers for the
 * agreement: belonging to the authority, or reviewing for another one, does not take its place. Otherwise for the organisation on whose
 * affiliation the grant rests.
 * @param kind of that organisation
 * @param regions what each authority of a region grant covers
 */
export function partyOf({ scope }: Grant, kind: string, regions: Readonly<Record<Id, readonly Id[]>>, authorityId: Id): ReviewParty {
  if (scope.kind === 'region' && (regions[scope.authorityId] ?? []).includes(authorityId)) return 'authority';
  return partyOfKind[kind] ?? 'other';
}

/** A place to be filled by one person; `any` by whoever may review. */
export type ReviewSlot = Exclude<ReviewParty, 'other'> | 'any';

const slotOf: Readonly<Record<string, ReviewSlot>> = {
  authority: 'authority',
  'data-administration': 'authority',
  'city-authority': 'authority',
  'provincial-authority': 'authority',
  'industry-authority': 'industry-authority',
  provider: 'provider',
};

/**
 * The places of a review: whoever the profile names, one of the authority in any case, and two at least (design rule 7; EXP-05).
 * @param named parties of the jurisdiction profile, by their role
 */
export function reviewSlots(named: readonly string[]): readonly ReviewSlot[] {
  const slots = [...new Set(named.map((role) => slotOf[role] ?? 'any'))];
  const all: ReviewSlot[] = slots.includes('authority') ? slots : ['authority', ...slots];
  return all.length >= 2 ? all : [...all, 'any'];
}

/** Places that stay open after these parties have each filled one: a named place first, then one for anyone. */
export function openSlots(slots: readonly ReviewSlot[], parties: readonly ReviewParty[]): readonly ReviewSlot[] {
  const open = [...slots];
  const rest = parties.filter((party) => {
    const place = open.findIndex((slot) => slot === party);
    if (place >= 0) open.splice(place, 1);
    return place < 0;
  });
  for (const _ of rest) {
    const place = open.indexOf('any');
    if (place >= 0) open.splice(place, 1);
  }
  return open;
}

/** Whether one more of this party brings the review further. */
export const isNeeded = (slots: readonly ReviewSlot[], parties: readonly ReviewParty[], party: ReviewParty): boolean =>
  openSlots(slots, [...parties, party]).length < openSlots(slots, parties).length;
