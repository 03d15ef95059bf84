import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FieldShape } from '../contract.js';
import { readCell } from './cell.js';
import type { CellType } from './cell.js';
import { datePattern } from './written.js';
import type { Written } from './written.js';

const read = (type: CellType, written: Written, raw: string) => readCell({ type, check: null, required: false, written }, raw);

describe('a field that is written in a declared form', () => {
  it('is read by that form, and by it alone', () => {
    const forms: [CellType, Written, string, string][] = [
      ['date', { date: 'yyyy.M.d' }, '2024.1.5', '2024-01-05'],
      ['date', { date: 'dd/MM/yyyy' }, '05/01/2024', '2024-01-05'],
      ['datetime', { date: 'yyyyMMddHHmmss' }, '20240105102030', '2024-01-05 10:20:30'],
      ['datetime', { date: 'yyyy年M月d日 H:mm' }, '2024年1月5日 8:05', '2024-01-05 08:05:00'],
      ['datetime', { date: 'yyyy-MM-ddTHH:mm:ss.SSS' }, '2024-01-05T10:20:30.120', '2024-01-05 10:20:30.12'],
      ['decimal', { thousands: ',' }, '-1,234,567.50', '-1234567.50'],
      ['decimal', { decimal: ',', thousands: '.' }, '1.234,56', '1234.56'],
      ['decimal', { decimal: ',' }, '0,5', '0.5'],
      ['integer', { thousands: ' ' }, '1 234', '1234'],
      ['integer', { thousands: ',' }, '1234', '1234'],
    ];
    for (const [type, written, raw, value] of forms) expect([raw, read(type, written, raw)]).toEqual([raw, { value }]);
    const faults: [CellType, Written, string][] = [
      ['date', { date: 'yyyy.M.d' }, '2024-01-05'],
      ['date', { date: 'dd/MM/yyyy' }, '30/02/2024'],
      ['date', { date: 'dd/MM/yyyy' }, '5/1/2024'],
      ['decimal', { thousands: ',' }, '12,34.5'],
      ['decimal', { thousands: ',' }, '1,2345'],
      ['decimal', { decimal: ',', thousands: '.' }, '1,234.56'],
      ['decimal', { decimal: ',' }, '1.5'],
      ['integer', { thousands: ',' }, '1,234.0'],
      ['decimal', {}, '1,234.56'],
    ];
    for (const [type, written, raw] of faults) expect([raw, read(type, written, raw)]).toEqual([raw, { bad: expect.any(String) }]);
  });

  it('takes any day and any number that the form can write', () => {
    const patterns = ['yyyy.M.d', 'dd/MM/yyyy', 'yyyyMMdd', 'd-M-yyyy', 'yyyy年M月d日'];
    const two = (number: number): string => String(number).padStart(2, '0');
    const days = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(fc.constantFrom(...patterns), days, (pattern, date) => {
        const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
        const written: Record<string, string> = {
          yyyy: String(year).padStart(4, '0'),
          MM: two(month),
          M: String(month),
          dd: two(day),
          d: String(day),
        };
        const raw = pattern.replace(/yyyy|MM?|dd?/g, (part) => written[part] ?? '');
        expect(read('date', { date: pattern }, raw)).toEqual({ value: date.toISOString().slice(0, 10) });
      }),
    );
    const marks = fc.constantFrom<Written>(
      { thousands: ',' },
      { decimal: ',', thousands: '.' },
      { decimal: ',', thousands: ' ' },
      { thousands: "'" },
    );
    fc.assert(
      fc.property(
        marks,
        fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
        fc.stringMatching(/^[0-9]{0,10}$/),
        (written, whole, fraction) => {
          const grouped = whole.toString().replace(/\B(?=(\d{3})+$)/g, written.thousands ?? '');
          const plain = `${whole.toString()}${fraction === '' ? '' : `.${fraction}`}`;
          const raw = `${grouped}${fraction === '' ? '' : `${written.decimal ?? '.'}${fraction}`}`;
          expect(read('decimal', written, raw)).toEqual({ value: plain });
        },
      ),
    );
  });

  it('is declared by a pattern that can be read in one way only, on a field of its kind', () => {
    for (const pattern of ['yyyy', 'MM/yyyy', 'yyyyMd', 'yyyy-MM-dd-dd', 'yy-MM-dd', 'yyyy-MM-dd mm', 'yyyy-DD-mm', 'yyyy-MM-dd x', ''])
      expect([pattern, datePattern(pattern)]).toEqual([pattern, undefined]);
    const declared = (type: CellType, written: object): boolean => FieldShape.safeParse({ name: '日期', type, written }).success;
    expect(declared('date', { date: 'yyyy.M.d' })).toBe(true);
    expect(declared('text', { date: 'yyyy.M.d' })).toBe(false);
    expect(declared('date', { date: 'yyyy.M' })).toBe(false);
    expect(declared('date', { thousands: ',' })).toBe(false);
    expect(declared('decimal', { decimal: ',', thousands: ',' })).toBe(false);
    expect(declared('decimal', { thousands: '.' })).toBe(false);
  });

  it('may have any name that a table’s header has, and none that could be taken for something else', () => {
    const named = (name: string): boolean => FieldShape.safeParse({ name, type: 'text' }).success;
    for (const name of [
      '增长率(%)',
      '单价（元/吨）',
      '（一）指标',
      '出生/入籍',
      '温度℃',
      '面积㎡'.replace('㎡', 'm²'),
      'PM2.5',
      '#1'.slice(1),
    ])
      expect([name, named(name)]).toEqual([name, true]);
    for (const name of ['', ' a', '=1', 'a"b', "a'b", 'a\nb', 'a;b', '-a', '.']) expect([name, named(name)]).toEqual([name, false]);
  });
});
