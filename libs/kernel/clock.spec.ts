import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, addMonths, addMs, clockAt, dayOf, endOfDay, systemClock } from './clock.js';

const instants = fc
  .date({ min: new Date('1992-01-01T00:00:00Z'), max: new Date('2199-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

describe('days in Asia/Shanghai', () => {
  it('begin at 16:00 UTC of the day before', () => {
    expect(dayOf('2026-12-31T15:59:59.999Z')).toBe('2026-12-31');
    expect(dayOf('2026-12-31T16:00:00.000Z')).toBe('2027-01-01');
  });

  it('end at 24:00, the first moment of the next day', () => {
    expect(endOfDay('2026-02-28')).toBe('2026-02-28T16:00:00.000Z');
    expect(endOfDay('2028-02-28')).toBe('2028-02-28T16:00:00.000Z');
    expect(dayOf(endOfDay('2028-02-28'))).toBe('2028-02-29');
  });

  it('hold every one of their moments: a moment lies before the end of its day and not a whole day before', () => {
    fc.assert(
      fc.property(instants, (at) => {
        const end = endOfDay(dayOf(at));
        expect(at < end).toBe(true);
        expect(addDays(end, -1) <= at).toBe(true);
      }),
    );
  });

  it('are always 24 hours long, since China has kept no daylight-saving time after 1991', () => {
    fc.assert(fc.property(instants, (at) => expect(dayOf(addDays(at, 1))).toBe(dayOf(addMs(endOfDay(dayOf(at)), 1)))));
  });
});

describe('calendar months', () => {
  it('keep the day, or end on the last day of a shorter month', () => {
    expect(addMonths('2026-01-31T08:00:00.000Z', 1)).toBe('2026-02-28T08:00:00.000Z');
    expect(addMonths('2028-01-31T08:00:00.000Z', 1)).toBe('2028-02-29T08:00:00.000Z');
    expect(addMonths('2026-08-31T08:00:00.000Z', 6)).toBe('2027-02-28T08:00:00.000Z');
    expect(addMonths('2026-03-15T23:59:59.999Z', 6)).toBe('2026-09-15T23:59:59.999Z');
    expect(addMonths('2028-02-29T00:00:00.000Z', 12)).toBe('2029-02-28T00:00:00.000Z');
    expect(addMonths('2026-12-31T00:00:00.000Z', -1)).toBe('2026-11-30T00:00:00.000Z');
  });

  it('are those of Asia/Shanghai, also in the hours in which it is another day in UTC', () => {
    // 00:30 on 1 March there; by UTC's calendar six months would end on 28 August, three days early.
    expect(addMonths('2026-02-28T16:30:00.000Z', 6)).toBe('2026-08-31T16:30:00.000Z');
    expect(addMonths('2027-12-31T16:00:00.000Z', 2)).toBe('2028-02-29T16:00:00.000Z');
    expect(addMonths('2028-01-30T16:00:00.000Z', 1)).toBe('2028-02-28T16:00:00.000Z');
    expect(addMonths('2026-03-30T16:00:00.000Z', 6)).toBe('2026-09-29T16:00:00.000Z');
  });

  it('end on the same day of the month, or on its last, at the same time, for any moment', () => {
    const lastOf = (day: string): number => new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).getUTCDate();
    fc.assert(
      fc.property(instants, fc.integer({ min: -240, max: 240 }), (at, n) => {
        const [from, to] = [dayOf(at), dayOf(addMonths(at, n))];
        expect(Number(to.slice(8))).toBe(Math.min(Number(from.slice(8)), lastOf(to)));
        expect(addMonths(at, n).slice(11)).toBe(at.slice(11));
      }),
    );
  });

  it('move by exactly as many calendar months as were asked for, never into the month after', () => {
    const month = (at: string) => Number(dayOf(at).slice(0, 4)) * 12 + Number(dayOf(at).slice(5, 7));
    fc.assert(fc.property(instants, fc.integer({ min: -600, max: 600 }), (at, n) => expect(month(addMonths(at, n)) - month(at)).toBe(n)));
  });

  it('never shrink when more months are added', () => {
    fc.assert(fc.property(instants, fc.nat(60), fc.nat(60), (at, a, b) => expect(addMonths(at, a) <= addMonths(at, a + b)).toBe(true)));
  });
});

describe('clocks', () => {
  it('tell instants that compare as text', () => {
    const clock = clockAt('2026-11-21T08:00:00.000Z');
    expect(clock.now()).toBe('2026-11-21T08:00:00.000Z');
    clock.set('2026-11-21T08:00:00.001Z');
    expect(clock.now() > '2026-11-21T08:00:00.000Z').toBe(true);
    expect(systemClock.now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
});
