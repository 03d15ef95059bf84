import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inYears, isInstant, isRange } from './range.js';

describe('a range', () => {
  it('of days holds its last day', () => {
    expect(isRange({ from: '2026-01-01', until: '2026-01-01' })).toBe(true);
    expect(isRange({ from: '2026-01-02', until: '2026-01-01' })).toBe(false);
  });

  it('of moments does not hold its last moment, whatever their fractions are', () => {
    expect(isRange({ from: '2026-01-01T00:00:00Z', until: '2026-01-01T00:00:00.000Z' })).toBe(false);
    expect(isRange({ from: '2026-01-01T00:00:00.9Z', until: '2026-01-01T00:00:00.10Z' })).toBe(false);
    expect(isRange({ from: '2026-01-01T00:00:00Z', until: '2026-01-01T00:00:00.001Z' })).toBe(true);
  });

  it('is never one both ways, but for a single day', () => {
    const moments = fc
      .date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString());
    fc.assert(
      fc.property(moments, moments, (one, other) => {
        expect(isRange({ from: one, until: other }) && isRange({ from: other, until: one })).toBe(false);
        expect(
          isRange({ from: one.slice(0, 10), until: other.slice(0, 10) }) || isRange({ from: other.slice(0, 10), until: one.slice(0, 10) }),
        ).toBe(true);
      }),
    );
  });
});

describe('a moment of ours', () => {
  it('has one writing, and a year of which anything is kept', () => {
    expect(isInstant('2026-01-31T08:00:00.000Z')).toBe(true);
    for (const text of [
      '2026-01-31T08:00:00Z',
      '2026-13-31T08:00:00.000Z',
      '2026-02-30T08:00:00.000Z',
      '0000-01-01T00:00:00.000Z',
      '2201-01-01T00:00:00.000Z',
      '2026-01-31',
      '',
    ])
      expect([text, isInstant(text)]).toEqual([text, false]);
    expect(['1899-12-31', '1900-01-01', '2200-12-31', '2201-01-01'].map(inYears)).toEqual([false, true, true, false]);
  });
});
