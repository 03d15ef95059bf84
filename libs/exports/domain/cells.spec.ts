import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { detectors } from '#desensitisation';
import { compactForm, identifierForm, normalText } from '#kernel';
import { holds } from './identifier-scan.js';
import { isFormula } from './shape-scan.js';

const digits = (min: number, max = min) =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: min, maxLength: max });
const luhn = (body: string): string => {
  const sum = Array.from(`${body}0`)
    .reverse()
    .reduce((all, digit, at) => all + (at % 2 === 0 ? Number(digit) : ([0, 2, 4, 6, 8, 1, 3, 5, 7, 9][Number(digit)] ?? 0)), 0);
  return body + String((10 - (sum % 10)) % 10);
};
const card = fc
  .tuple(fc.constantFrom('62', '4', '51', '55', '35'), fc.integer({ min: 16, max: 19 }), digits(18))
  .map(([issuer, length, rest]) => luhn((issuer + rest).slice(0, length - 1)));
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const residentId = fc
  .tuple(
    fc.constantFrom('110101', '331121', '650104'),
    fc.date({ min: new Date('1930-01-01'), max: new Date('2020-12-31'), noInvalidDate: true }),
    digits(3),
  )
  .map(([region, born, order]) => {
    const first = region + born.toISOString().slice(0, 10).replaceAll('-', '') + order;
    return first + ('10X98765432'[weights.reduce((sum, weight, at) => sum + weight * Number(first[at]), 0) % 11] ?? '');
  });
const mobile = fc.tuple(fc.constantFrom('13', '15', '18', '19'), digits(9)).map((parts) => parts.join(''));

const typesIn = (value: string): string[] =>
  detectors.filter((one) => one.certainty !== 'weak' && holds(one, normalText(value))).map(({ type }) => type);

/** Digits of another script or width for those of ASCII. */
const inDigits = (zero: number) => (value: string) => value.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
const rewritings = fc.constantFrom<(value: string) => string>(
  (value) => value,
  inDigits(0xff10),
  inDigits(0x0660),
  inDigits(0x0966),
  inDigits(0x1d7d8),
  (value) => value.replace(/X$/, 'ｘ'),
);
const between = fc.constantFrom('', ' ', '-', '–', '−', '\u00a0', '\u200b', '\ufeff', '\u00ad', '·', '•', '_', '/');
const around = fc.constantFrom(
  ['', ''] as const,
  ['  ', '\u3000'] as const,
  ["'", ''] as const,
  ['号码：', ''] as const,
  ['【', '】'] as const,
  ['\ufeff', '\u2060'] as const,
  ['（', '）'] as const,
);
/** A value as people and spreadsheets write it: what the normal form undoes. */
const written = (value: string) =>
  fc
    .tuple(rewritings, between, fc.array(fc.integer({ min: 1, max: value.length - 1 }), { maxLength: 4 }), around)
    .map(([rewrite, mark, cuts, [before, after]]) => {
      const parts = [0, ...new Set(cuts), value.length].sort((a, b) => a - b);
      const cut = parts.slice(1).map((end, index) => rewrite(value.slice(parts[index], end)));
      return before + cut.join(mark) + after;
    });

describe('identifiers in cells', () => {
  it.each([
    ['resident-id', residentId],
    ['mobile', mobile],
    ['bank-card', card],
  ] as const)('finds a %s in every notation whose normal form it is', (type, values) => {
    fc.assert(
      fc.property(
        values.chain((value) => written(value).map((notation) => ({ value, notation }))),
        ({ value, notation }) => {
          fc.pre(identifierForm(type, notation) === value);
          expect([notation, typesIn(notation)]).toEqual([notation, expect.arrayContaining([type])]);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('finds a mobile number behind the prefix of its country', () => {
    fc.assert(
      fc.property(mobile, fc.constantFrom('+86', '0086', '(86)', '86-', '＋８６ '), (number, prefix) => {
        expect(typesIn(prefix + number)).toContain('mobile');
      }),
    );
  });

  it('never takes a measured number for a card, a code or an old resident ID, however many digits it has', () => {
    const share = fc.oneof(
      fc.double({ min: -1, max: 1, noNaN: true }).map(String),
      fc
        .double({ min: 0, max: 1e7, noNaN: true })
        .filter((value) => !Number.isInteger(value))
        .map(String),
      fc.tuple(digits(0, 4), digits(12, 19)).map(([whole, rest]) => `${whole.replace(/^0+/, '') || '0'}.${rest}1`),
      card.map((number) => `0.${number.replace(/0+$/, '')}`),
      card.map((number) => `${number.slice(0, -2)}.${number.slice(-2)}7`),
      card.map((number) => Number(number.slice(0, 15)).toLocaleString('en-US')),
      card.map((number) => `${number.slice(0, 1)}.${number.slice(1)}7e+15`),
    );
    const places = fc.constantFrom<(value: string) => string>(
      (value) => value,
      (value) => `${value}%`,
      (value) => `占比 ${value}`,
      (value) => `${value} (mean)`,
      (value) => value.replace('.', '．'),
    );
    fc.assert(
      fc.property(share, places, (value, place) => {
        fc.pre(!/^\d{16,19}$/.test(compactForm(value)) || /[.,e]/.test(value));
        expect([place(value), typesIn(place(value)).filter((type) => type !== 'mobile')]).toEqual([place(value), []]);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('formulas', () => {
  const starts = fc.constantFrom('=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '﹦', '\u200b=', ' =', '\ufeff@');
  const bodies = fc.constantFrom('SUM(A1:A9)', 'cmd|/C calc!A0', 'A1', '2+3', '1+cmd', 'HYPERLINK("x")', '区', '5-A1', '1e', '(1)');

  it('are what begins as one, in any width and behind anything invisible', () => {
    fc.assert(
      fc.property(starts, bodies, (start, body) => {
        expect([start, body, isFormula(start + body)]).toEqual([start, body, true]);
      }),
    );
  });

  it('are not numbers in any notation, nor texts that begin otherwise', () => {
    const number = fc.oneof(
      fc.integer().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.integer().map((value) => value.toLocaleString('en-US')),
      fc.double({ min: -1, max: 1, noNaN: true }).map((value) => `${(value * 100).toFixed(2)}%`),
      fc.constantFrom('-.5', '+5.', '-1,234.50', '+1.5E-7', '-3 %', '−5', '-12‰'),
    );
    const around = fc.constantFrom<(value: string) => string>(
      (value) => value,
      (value) => ` ${value} `,
      (value) => (/^[-+−]/.test(value) ? value : `+${value}`),
      (value) => value.replace('-', '－').replace('+', '＋'),
      inDigits(0xff10),
    );
    const texts = fc.oneof(
      fc.string({ minLength: 1 }).filter((text) => /^[A-Za-z0-9一-鿿]/.test(text)),
      fc.constantFrom('', '-', '--', '—', '*', '<10', 'a=b', '3-4岁'),
    );
    fc.assert(
      fc.property(number, around, (value, how) => {
        expect([how(value), isFormula(how(value))]).toEqual([how(value), false]);
      }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect([text, isFormula(text)]).toEqual([text, false]);
      }),
    );
  });
});
