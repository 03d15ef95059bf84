import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boundAt, latestAt, preferred, readingOf, shownAt, toldNext } from './clock-reading.js';

const ms = (most: number) => fc.double({ min: 0, max: most, noNaN: true });

describe('a reading of another clock', () => {
  it('tells its time within the bound, wherever on the way it was read, for as long as both go on', () => {
    fc.assert(
      fc.property(
        ms(1e6),
        ms(5_000),
        ms(1),
        ms(3_600_000),
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        (sent, took, at, later, ahead) => {
          const other = (steady: number): number => steady + ahead;
          const reading = readingOf(sent, other(sent + took * at), sent + took);
          const steady = sent + took + later;
          expect(Math.abs(shownAt(reading, steady) - other(steady))).toBeLessThanOrEqual(boundAt(reading, steady) + 1e-3);
        },
      ),
    );
  });

  it('tells it also where the other clock runs a little faster or slower', () => {
    fc.assert(
      fc.property(ms(5_000), ms(3_600_000), fc.double({ min: -50e-6, max: 50e-6, noNaN: true }), (took, later, rate) => {
        const other = (steady: number): number => steady * (1 + rate);
        const reading = readingOf(0, other(took / 2), took);
        expect(Math.abs(shownAt(reading, later) - other(later))).toBeLessThanOrEqual(boundAt(reading, later) + 1e-3);
      }),
    );
  });

  it('never lags behind it, wherever on the way it was read: what is due by the one is due by the other', () => {
    fc.assert(
      fc.property(ms(5_000), ms(1), ms(3_600_000), (took, at, later) => {
        const reading = readingOf(0, took * at, took);
        expect(latestAt(reading, took + later)).toBeGreaterThanOrEqual(Math.floor(took + later));
      }),
    );
  });

  it('goes on without running backwards over corrections, and follows a clock that was set', () => {
    fc.assert(
      fc.property(fc.nat(10 ** 9), fc.array(fc.integer({ min: -900, max: 900 })), (begin, corrections) => {
        let [last, latest] = [begin, begin];
        for (const by of corrections) {
          latest = Math.max(latest, last) + by;
          const next = toldNext(last, latest);
          expect(next).toBeGreaterThanOrEqual(last);
          expect(next).toBe(Math.max(last, latest));
          last = next;
        }
        expect(toldNext(last, last - 300_000)).toBe(last - 300_000);
      }),
    );
  });

  it('allows for what the answer cut off, as whole seconds do', () => {
    fc.assert(
      fc.property(ms(1e9), ms(2_000), ms(1), (sent, took, at) => {
        const told = Math.floor((sent + took * at) / 1000) * 1000;
        const reading = readingOf(sent, told, sent + took, 1000);
        expect(Math.abs(shownAt(reading, sent) - sent)).toBeLessThanOrEqual(boundAt(reading, sent) + 1e-3);
      }),
    );
  });

  it('is kept while it is the more exact one, and given up for any that it contradicts', () => {
    const held = readingOf(0, 1_000, 2);
    expect(preferred(undefined, held)).toBe(held);
    const coarse = readingOf(100, 1_100 + 40, 300);
    expect(preferred(held, coarse)).toBe(held);
    const exact = readingOf(100, 1_100, 101);
    expect(preferred(held, exact)).toBe(exact);
    const set = readingOf(100, 1_100 - 300_000, 300);
    expect(preferred(held, set)).toBe(set);
  });
});
