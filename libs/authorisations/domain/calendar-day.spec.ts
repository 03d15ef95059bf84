import { addDays, addMs, dayOf, endOfDay, type Day } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hasBegun, isPast, plusDays, plusMonths, plusYears } from './calendar-day.js';
import { deadlineFrom, isMissed, missedAt } from './deadline.js';
import { expiresAt, isExpired } from './term.js';

/** Days at which calendars go wrong, and any others. */
const edges: readonly Day[] = [
  '2024-02-28',
  '2024-02-29',
  '2026-02-28',
  '2028-02-29',
  '2026-12-31',
  '2027-01-01',
  '2100-02-28',
  '2026-03-31',
];
const days = fc.oneof(
  fc.constantFrom(...edges),
  fc
    .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2150-12-31T00:00:00Z'), noInvalidDate: true })
    .map((at) => at.toISOString().slice(0, 10)),
);
/** Around a midnight in Shanghai, to the millisecond. */
const nearMidnight = fc.integer({ min: -2, max: 2 });

describe('a calendar day', () => {
  it('is past from 24:00 in Shanghai on and not a millisecond before, as terms and deadlines that end with it are', () => {
    fc.assert(
      fc.property(days, nearMidnight, (day, ms) => {
        const now = addMs(endOfDay(day), ms);
        const over = ms >= 0;
        expect(isPast(day, now)).toBe(over);
        expect(isExpired({ from: plusDays(day, -10), until: day }, now)).toBe(over);
        expect(isMissed(deadlineFrom(plusDays(day, -10), { length: 10, unit: 'calendar-days', source: 's' }), now)).toBe(over);
        expect(hasBegun(plusDays(day, 1), now)).toBe(over);
      }),
    );
  });

  it('is over exactly when the work that its end orders is due', () => {
    fc.assert(
      fc.property(days, (day) => {
        const deadline = deadlineFrom(plusDays(day, -3), { length: 3, unit: 'calendar-days', source: 's' });
        expect([isMissed(deadline, missedAt(deadline)), isMissed(deadline, addMs(missedAt(deadline), -1))]).toEqual([true, false]);
        const term = { from: plusDays(day, -3), until: day };
        expect([isExpired(term, expiresAt(term)), isExpired(term, addMs(expiresAt(term), -1))]).toEqual([true, false]);
      }),
    );
  });

  it('starts a period with the day that it is in Shanghai, whatever day it is in UTC', () => {
    fc.assert(
      fc.property(
        days,
        nearMidnight,
        fc.constantFrom('calendar-days', 'months', 'years'),
        fc.integer({ min: 1, max: 40 }),
        (day, ms, unit, length) => {
          const figure = { length, unit, source: 's' };
          const at = addMs(endOfDay(day), ms);
          expect(deadlineFrom(at, figure)).toEqual(deadlineFrom(ms >= 0 ? plusDays(day, 1) : day, figure));
        },
      ),
    );
  });

  it('moves by days over month ends and leap days one at a time', () => {
    fc.assert(fc.property(days, (day) => expect(plusDays(day, 1)).toBe(dayOf(endOfDay(day)))));
    fc.assert(fc.property(days, fc.integer({ min: -800, max: 800 }), (day, n) => expect(plusDays(plusDays(day, n), -n)).toBe(day)));
    fc.assert(fc.property(days, fc.nat(800), (day, n) => expect(endOfDay(plusDays(day, n))).toBe(addDays(endOfDay(day), n))));
  });

  it('ends a year on the same day, and on 28 February where 29 is not there', () => {
    expect([plusYears('2028-02-29', 1), plusYears('2028-02-29', 4), plusMonths('2028-08-31', -6)]).toEqual([
      '2029-02-28',
      '2032-02-29',
      '2028-02-29',
    ]);
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 30 }), (day, years) => {
        const later = plusYears(day, years);
        expect(Number(later.slice(0, 4)) - Number(day.slice(0, 4))).toBe(years);
        expect(later.slice(5)).toBe(day.slice(5) === '02-29' && later.slice(5) !== '02-29' ? '02-28' : day.slice(5));
      }),
    );
  });

  it('gives nothing back: a later moment never finds fewer days past', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.nat(10 ** 9), (day, ms, more) => {
        const now = addMs(endOfDay(day), ms);
        expect(isPast(day, now) && !isPast(day, addMs(now, more))).toBe(false);
      }),
    );
  });
});
