import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Shares, type Taker } from './shares.js';

const takers: Taker[] = [0, 1, 2, 3, 4, 5].map((n) => ({ person: `p${String(n)}`, unit: `u${String(n % 3)}` }));

describe('shared places', () => {
  it('are never more than all, than a person’s or than a unit’s, in any order of taking and giving back', () => {
    const places = { all: 5, person: 2, unit: 3 };
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(5), fc.nat(9)), { maxLength: 60 }), (steps) => {
        const shares = new Shares(places);
        const held: { taker: Taker; give: () => void }[] = [];
        for (const [takes, who, at] of steps) {
          const taker = takers[who]!;
          const of = (whose: keyof Taker): number => held.filter((one) => one.taker[whose] === taker[whose]).length;
          if (takes) {
            const got = shares.take(taker);
            const hasRoom = held.length < places.all && of('person') < places.person && of('unit') < places.unit;
            expect(typeof got === 'function').toBe(hasRoom);
            if (typeof got === 'function') held.push({ taker, give: got });
          } else {
            const [back] = held.splice(at % Math.max(held.length, 1), 1);
            // Twice gives back once.
            back?.give();
            back?.give();
          }
        }
      }),
    );
  });
});
