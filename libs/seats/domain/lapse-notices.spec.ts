import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, addMs } from '#kernel';
import { nextLapse, noticesDue, sessionSeconds, wakeAt, type LapseNotice } from './lapse-notices.js';
import { facts, noon, person, proof } from './seat.fixture.js';

const trainingIn = (days: number) => facts(person({ training: proof('certificate-1', days) }));

describe('the next look', () => {
  it('is no later than when something that is on file begins', () => {
    expect(wakeAt(facts(person({ next: addDays(noon, 2) })), noon)).toBe(addDays(noon, 2));
    expect(wakeAt(facts(person({ next: addDays(noon, 400) })), noon)).toBe(wakeAt(facts(), noon));
  });
});

describe('a lapse to come', () => {
  it('is the first dated one', () => {
    expect(nextLapse(trainingIn(10), noon)).toEqual({ condition: 'training-passed', at: addDays(noon, 10) });
    expect(nextLapse(facts(), noon)).toEqual({ condition: 'within-term', at: addDays(noon, 60) });
  });

  it.each([
    [31, undefined],
    [30, 30],
    [8, 30],
    [7, 7],
    [2, 7],
    [1, 1],
  ])('is announced 30, 7 and 1 days before: %i days before, %s [SEAT-03]', (days, notice) => {
    expect(noticesDue(trainingIn(days), noon, []).find(({ condition }) => condition === 'training-passed')?.days).toBe(notice);
  });

  it('is announced once, each condition by itself', () => {
    const both = facts(person({ training: proof('t', 20), filing: proof('f', 5) }));
    const due = noticesDue(both, noon, []);
    expect(due.map(({ condition, days }) => [condition, days])).toEqual([
      ['filed', 7],
      ['training-passed', 30],
    ]);
    expect(noticesDue(both, noon, due)).toEqual([]);
  });

  it('is announced anew after a renewal moved it', () => {
    const sent: readonly LapseNotice[] = noticesDue(trainingIn(5), noon, []);
    expect(noticesDue(trainingIn(6), noon, sent)).toHaveLength(1);
  });

  it('wakes exactly when a notice or a lapse is due, so that none is missed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }), (training, filing) => {
        const given = facts(person({ training: proof('t', training), filing: proof('f', filing) }));
        const wake = wakeAt(given, noon);
        if (wake === undefined) return;
        const sent = noticesDue(given, noon, []);
        const before = addMs(wake, -1);
        if (before >= noon) expect(noticesDue(given, before, sent)).toEqual([]);
        const happens = noticesDue(given, wake, sent).length > 0 || nextLapse(given, noon)?.at === wake;
        expect(happens).toBe(true);
      }),
    );
  });

  it('bounds a session by itself', () => {
    expect(sessionSeconds(trainingIn(200), noon, 28_800)).toBe(28_800);
    const soon = facts(person({ training: { ...proof('t'), until: addMs(noon, 90_500) } }));
    expect(sessionSeconds(soon, noon, 28_800)).toBe(90);
  });
});
