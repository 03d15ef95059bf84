import { describe, expect, it } from '@jest/globals';
import { endOfDay } from '#kernel';
import fc from 'fast-check';
import { plusDays } from './calendar-day.js';
import { deadlineFrom, fulfil, isMissed } from './deadline.js';
import { isWorkingDay, plusWorkingDays, year2026 } from './working-days.js';

const days = fc.integer({ min: 0, max: 300 }).map((n) => plusDays('2026-01-01', n));
const working = (length: number) => ({ length, unit: 'working-days', source: '涞源 三(三)3' }) as const;

describe('working days', () => {
  it('rests on holidays and works on make-up weekends of 2026 [AUTH-12]', () => {
    expect(isWorkingDay('2026-02-17')).toBe(false);
    expect(isWorkingDay('2026-02-14')).toBe(true);
    expect(isWorkingDay('2026-10-10')).toBe(true);
    expect(isWorkingDay('2026-06-13')).toBe(false);
    expect(year2026.makeUpDays.every((day) => !isWorkingDayOfWeek(day))).toBe(true);
  });

  it('counts ten working days over the spring festival [AUTH-12]', () => {
    expect(deadlineFrom('2026-02-10', working(10)).due).toBe('2026-03-02');
  });

  it('refuses a year whose holidays were not published instead of guessing [AUTH-12]', () => {
    expect(() => deadlineFrom('2026-12-25', working(10))).toThrow('deadline.calendar-year-missing');
  });

  it('ends on a working day with exactly as many working days between, for any start', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 25 }), (start, count) => {
        const due = plusWorkingDays(start, count);
        expect(isWorkingDay(due)).toBe(true);
        let passed = 0;
        for (let day = plusDays(start, 1); day <= due; day = plusDays(day, 1)) passed += Number(isWorkingDay(day));
        expect(passed).toBe(count);
      }),
    );
  });
});

describe('deadlines', () => {
  it('lets calendar days stay calendar days, also over a holiday [SUSP-02]', () => {
    expect(deadlineFrom('2026-09-20', { length: 30, unit: 'calendar-days', source: '滨州 30' }).due).toBe('2026-10-20');
  });

  it('is missed at 24:00 in Shanghai and not a moment before', () => {
    const deadline = deadlineFrom('2026-06-10T15:59:59.000Z', { length: 1, unit: 'calendar-days', source: 'x' });
    expect(deadline.due).toBe('2026-06-11');
    expect(isMissed(deadline, '2026-06-11T15:59:59.999Z')).toBe(false);
    expect(isMissed(deadline, '2026-06-11T16:00:00.000Z')).toBe(true);
  });

  it('records what was done late as late, whatever day is claimed [AUTH-12]', () => {
    const deadline = deadlineFrom('2026-06-01', working(10));
    const done = fulfil(deadline, deadline.due, endOfDay(deadline.due));
    expect(done).toMatchObject({ happenedOn: deadline.due, late: true });
    expect(() => fulfil(deadline, '2026-07-01', '2026-06-20T00:00:00.000Z')).toThrow('deadline.in-the-future');
  });

  it('never comes before its start, and a longer figure never ends earlier', () => {
    const figures = fc.record({
      length: fc.integer({ min: 1, max: 20 }),
      unit: fc.constantFrom('calendar-days' as const, 'working-days' as const, 'months' as const, 'years' as const),
      source: fc.constant('x'),
    });
    fc.assert(
      fc.property(days, figures, (start, figure) => {
        const due = deadlineFrom(start, figure).due;
        expect(due > start).toBe(true);
        expect(deadlineFrom(start, { ...figure, length: figure.length + 1 }).due >= due).toBe(true);
      }),
    );
  });

  it('refuses a length that is no positive whole number', () => {
    for (const length of [0, -1, 1.5])
      expect(() => deadlineFrom('2026-06-01', { length, unit: 'months', source: 'x' })).toThrow('deadline.figure-invalid');
  });
});

const isWorkingDayOfWeek = (day: string): boolean => ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
