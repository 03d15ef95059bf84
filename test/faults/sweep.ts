import { SeededRandom } from '../../deploy/embedded/samples/seeded-random.js';
import { faults, faultsOf } from './faults.js';
import { nameOf, type Case, type Group } from './plan.js';

/** How many of the calls of one shape are looked at for a place to strike: the later ones of what is asked all the time say nothing new. */
const placesMost = 40;

/** A number that a name always gives. */
function seedOf(text: string): number {
  let seed = 2_166_136_261;
  for (const byte of Buffer.from(text)) seed = Math.imul(seed ^ byte, 16_777_619) >>> 0;
  return seed;
}

/**
 * Every fault that is one of its own at every group of calls, in the order of the record. Which of a group's calls is struck depends on the group's name and the
 * fault, so that a case is the same in every sweep of one record; in the first half of those that were recorded, since a telling may have
 * fewer.
 */
export const casesOf = (groups: readonly Group[]): readonly Case[] =>
  groups.flatMap(({ group, count, undone }) =>
    faultsOf(undone).map((fault): Case => {
      const places = Math.max(1, Math.min(placesMost, Math.floor(count / 2)));
      return { group, fault, nth: 1 + (seedOf(`${group}/${fault}`) % places) };
    }),
  );

/** In an order that depends on the seed alone. */
export function shuffled(cases: readonly Case[], seed: number): readonly Case[] {
  const random = new SeededRandom(seed);
  const drawn = cases.map((one) => ({ one, at: random.int(1 << 30) }));
  return drawn.sort((one, other) => one.at - other.at || (nameOf(one.one) < nameOf(other.one) ? -1 : 1)).map(({ one }) => one);
}

/** Draws, without a record, of so many groups in a thousand a fault at their first call: the same groups and faults for the same seed. */
export const sampleOf =
  (seed: number, perThousand: number) =>
  (group: string): Case | undefined => {
    const drawn = seedOf(`${String(seed)} ${group}`);
    if (drawn % 1_000 >= perThousand) return undefined;
    return { group, nth: 1, fault: faults[Math.floor(drawn / 1_000) % faults.length] ?? 'before' };
  };

/** Cases that one telling takes: of a group one at the most, since its second call may never come. */
export function tellingsOf(cases: readonly Case[], perTelling: number): readonly (readonly Case[])[] {
  const tellings: Case[][] = [];
  let left = [...cases];
  while (left.length > 0) {
    const taken: Case[] = [];
    const rest: Case[] = [];
    for (const one of left)
      if (taken.length < perTelling && !taken.some(({ group }) => group === one.group)) taken.push(one);
      else rest.push(one);
    tellings.push(taken);
    left = rest;
  }
  return tellings;
}
