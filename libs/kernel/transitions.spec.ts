import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Refusal } from './refusal.js';
import { assertMove, isFinal, mayMove, type Transitions } from './transitions.js';

const states = ['draft', 'open', 'closed', 'withdrawn'] as const;
type State = (typeof states)[number];
const tables = fc.record<Transitions<State>>({
  draft: fc.uniqueArray(fc.constantFrom(...states)),
  open: fc.uniqueArray(fc.constantFrom(...states)),
  closed: fc.uniqueArray(fc.constantFrom(...states)),
  withdrawn: fc.uniqueArray(fc.constantFrom(...states)),
});
const attempt = (act: () => void): unknown => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('transitions', () => {
  it('allow exactly the edges that the table lists and refuse every other with what would be possible', () => {
    fc.assert(
      fc.property(tables, fc.constantFrom(...states), fc.constantFrom(...states), (table, from, to) => {
        const listed = table[from].includes(to);
        expect(mayMove(table, from, to)).toBe(listed);
        const error = attempt(() => assertMove(table, from, to, 'thing'));
        if (listed) expect(error).toBeUndefined();
        else expect(error).toMatchObject({ code: 'state.no-such-transition', details: { what: 'thing', from, to, possible: table[from] } });
        if (!listed) expect(error).toBeInstanceOf(Refusal);
      }),
    );
  });

  it('call a state final when nothing leads out of it', () => {
    fc.assert(
      fc.property(tables, fc.constantFrom(...states), (table, state) =>
        expect(isFinal(table, state)).toBe(states.every((to) => !mayMove(table, state, to))),
      ),
    );
  });
});
