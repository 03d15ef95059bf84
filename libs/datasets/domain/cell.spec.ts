import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cellTypes, readCell } from './cell.js';
import type { CellType } from './cell.js';

const field = (type: CellType, more: { check?: 'resident-id'; required?: boolean } = {}) => ({
  type,
  check: null,
  required: false,
  ...more,
});

describe('reading a cell', () => {
  it('puts dates, numbers and times into one form', () => {
    const forms: [CellType, string, string][] = [
      ['date', '2026-01-31', '2026-01-31'],
      ['date', '2026/1/31', '2026-01-31'],
      ['date', ' 20260131 ', '2026-01-31'],
      ['date', '2026年1月31日', '2026-01-31'],
      ['datetime', '2026-1-31 8:05', '2026-01-31 08:05:00'],
      ['datetime', '2026-01-31T08:05:09', '2026-01-31 08:05:09'],
      ['integer', '+007', '7'],
      ['integer', '-9223372036854775808', '-9223372036854775808'],
      ['decimal', '+3500.50', '3500.50'],
      ['text', ' 张三 ', ' 张三 '],
    ];
    for (const [type, raw, value] of forms) expect(readCell(field(type), raw)).toEqual({ value });
  });

  it('says what is wrong with a cell', () => {
    const faults: [CellType, string, string][] = [
      ['date', '2026-02-30', 'not-a-date'],
      ['date', '31/01/2026', 'not-a-date'],
      ['datetime', '2026-01-31 25:00', 'not-a-datetime'],
      ['integer', '9223372036854775808', 'not-an-integer'],
      ['integer', '1.0', 'not-an-integer'],
      ['decimal', '1,000', 'not-a-decimal'],
      ['decimal', 'NaN', 'not-a-decimal'],
      ['text', 'a\u0000b', 'control-character'],
      ['text', '\uFFFD三', 'undecodable'],
      ['text', 'x'.repeat(70_000), 'too-long'],
    ];
    for (const [type, raw, bad] of faults) expect(readCell(field(type), raw)).toEqual({ bad });
    expect(readCell(field('text', { required: true }), '')).toEqual({ bad: 'empty' });
    expect(readCell(field('text', { check: 'resident-id' }), '330106199003071234')).toEqual({ bad: 'check-failed' });
    expect(readCell(field('text', { check: 'resident-id' }), '')).toEqual({ value: '' });
  });

  it('reads its own normal form as the same value, and never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cellTypes), fc.oneof(fc.string(), fc.stringMatching(/^[0-9 :\-/.T+]{0,20}$/)), (type, raw) => {
        const once = readCell(field(type), raw);
        if ('value' in once) expect(readCell(field(type), once.value)).toEqual(once);
      }),
      { numRuns: 2000 },
    );
  });
});
