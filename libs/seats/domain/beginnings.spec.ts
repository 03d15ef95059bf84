import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMs, type Instant } from '#kernel';
import { begunAt } from './beginnings.js';

const noon: Instant = '2026-03-02T04:00:00.000Z';

describe('what is on file when a decision is made', () => {
  it('counts where it begins no later than it is read, and keeps its beginning where that is earlier or still to come', () => {
    const ms = fc.integer({ min: -5_000, max: 5_000 });
    fc.assert(
      fc.property(ms, fc.nat(3_000), (from, waited) => {
        const told = begunAt(addMs(noon, from), noon, addMs(noon, waited));
        expect(told <= noon).toBe(from <= waited);
        if (from <= 0 || from > waited) expect(told).toBe(addMs(noon, from));
      }),
    );
  });
});
