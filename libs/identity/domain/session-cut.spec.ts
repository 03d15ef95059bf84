import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maybeBeforeCut } from './session-cut.js';

const instant = (seconds: number): string => new Date(seconds * 1000).toISOString();
/** Milliseconds, as seconds. */
const moment = fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }).map((ms) => ms / 1000);
const tolerance = fc.integer({ min: 0, max: 60 });
/** How far the issuer's clock is off, as a part of the tolerance. */
const skew = fc.double({ min: -1, max: 1, noNaN: true });
/** An issuer dates to the whole second of its own clock. */
const dated = (issuedAt: number, off: number): number => Math.floor(issuedAt + off);

describe('a token and the cut of its holder’s sessions', () => {
  it('from before the cut never counts, as long as the clocks are apart by the tolerance at most [TERM-01]', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: 120_000 }), tolerance, skew, (cut, earlierMs, within, part) => {
        const issuedAt = dated(cut - earlierMs / 1000, part * within);
        expect(maybeBeforeCut(issuedAt, instant(cut), within, instant(cut + 1))).toBeDefined();
      }),
    );
  });

  it('got after the time that the refusal names counts', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: 120_000 }), tolerance, skew, (cut, laterMs, within, part) => {
        const refusedAt = cut + laterMs / 1000;
        const refused = maybeBeforeCut(dated(cut, part * within), instant(cut), within, instant(refusedAt));
        const again = refusedAt + (refused?.signInAgainAfterSeconds ?? Number.NaN);
        expect(maybeBeforeCut(dated(again, part * within), instant(cut), within, instant(again))).toBeUndefined();
        expect(refused?.signInAgainAfterSeconds).toBeLessThanOrEqual(2 * within + 2);
      }),
    );
  });
});
