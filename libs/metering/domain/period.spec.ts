import { addMs, endOfDay } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { closesAt, lastClosable, monthAfter, monthOf } from './period.js';

const months = fc
  .tuple(fc.integer({ min: 2020, max: 2110 }), fc.integer({ min: 1, max: 12 }))
  .map(([year, month]) => `${String(year)}-${String(month).padStart(2, '0')}`);

describe('a month', () => {
  it("ends at 24:00 in Shanghai of its last day, also in February of leap years and over the year's end", () => {
    expect(closesAt('2028-02', 0)).toBe(endOfDay('2028-02-29'));
    expect(closesAt('2100-02', 0)).toBe(endOfDay('2100-02-28'));
    fc.assert(
      fc.property(months, (month) => {
        expect([monthOf(addMs(closesAt(month, 0), -1)), monthOf(closesAt(month, 0))]).toEqual([month, monthAfter(month)]);
      }),
    );
  });

  it('is closed from its moment on, when the work for it is due, and not a millisecond before', () => {
    fc.assert(
      fc.property(months, fc.integer({ min: 0, max: 60 }), (month, days) => {
        const due = closesAt(month, days);
        expect(lastClosable(due, days) >= month).toBe(true);
        expect(lastClosable(addMs(due, -1), days) < month).toBe(true);
      }),
    );
  });
});
