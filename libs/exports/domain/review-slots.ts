/** For whom a reviewer speaks, by the kind of organisation on whose behalf they act. */
export type ReviewParty = 'authority' | 'industry-authority' | 'provider' | 'evaluator' | 'other';
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
