import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMs } from './clock.js';
import type { Refusal } from './refusal.js';
import { epochKey, type EpochKind, type EpochRef, Standing } from './access-standing.js';

const kinds: readonly EpochKind[] = ['person', 'rights', 'unit', 'authorisation', 'scenario', 'domain', 'seat'];
const ref = fc.record({ kind: fc.constantFrom(...kinds), id: fc.constantFrom('a', 'b', 'c') });
const epochs = fc.dictionary(fc.constantFrom(...kinds.flatMap((kind) => ['a', 'b', 'c'].map((id) => epochKey({ kind, id })))), fc.nat(3));
const now = '2026-05-01T08:00:00.000Z';
const answer = (standing: Standing, found: Readonly<Record<string, number>>, at = now): unknown => {
  try {
    standing.compare(new Map(Object.entries(found)), at);
    return undefined;
  } catch (fault) {
    return (fault as Refusal).details['what'];
  }
};

describe('what an access rests on', () => {
  it('stands exactly as long as every epoch that it rests on is the one it was let in by [SEAT-03]', () => {
    fc.assert(
      fc.property(fc.array(ref), epochs, epochs, (refs: readonly EpochRef[], then, later) => {
        const standing = new Standing();
        standing.rest(refs, new Map(Object.entries(then)));
        const same = refs.every((one) => (then[epochKey(one)] ?? 0) === (later[epochKey(one)] ?? 0));
        expect(answer(standing, later) === undefined).toBe(same);
      }),
    );
  });

  it('is not refreshed by resting on the same thing again', () => {
    const standing = new Standing();
    const seat: EpochRef = { kind: 'seat', id: 'a' };
    standing.rest([seat], new Map());
    standing.rest([seat], new Map([['seat/a', 1]]));
    expect(answer(standing, { 'seat/a': 1 })).toBe('seat');
  });

  it('ends at the first of its dates, without anyone acting', () => {
    const standing = new Standing();
    for (const ms of [9, 5, 7]) standing.rest([], new Map(), addMs(now, ms));
    expect([answer(standing, {}, addMs(now, 4)), answer(standing, {}, addMs(now, 5))]).toEqual([undefined, 'term']);
  });
});
