import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ColumnDecision, SchemaColumn, Technique } from '../../contract.js';
import { scaled } from '../techniques/numeric.js';
import { applyTechnique } from '../techniques/reference.js';
import { ladderOf, widthsOf, type Range } from './ladder.js';
import { climb } from './rungs.js';

const decided = (technique: Technique): ColumnDecision => ({ column: 'v', sensitiveType: 'none', grade: 'L2', technique });
const generalised = (to: Extract<Technique, { kind: 'generalise' }>['to']): Technique => ({ kind: 'generalise', to });
const day = fc
  .date({ min: new Date('1850-01-01'), max: new Date('2150-12-31'), noInvalidDate: true })
  .map((d) => d.toISOString().slice(0, 10));
const whole = fc.integer({ min: -500, max: 5000 }).map(String);
const decimal = fc
  .bigInt({ min: -(10n ** 9n), max: 10n ** 12n })
  .map((cents) => `${String(cents / 100n)}.${String((cents < 0n ? -cents : cents) % 100n).padStart(2, '0')}`);
const address = fc
  .tuple(
    fc.constantFrom('浙江省', '江苏省'),
    fc.constantFrom('杭州市', '宁波市', '南京市'),
    fc.constantFrom('西湖区', '镇海区', '青田县', '某街道'),
  )
  .map((parts) => `${parts.join('')}1号`);
const pick = (...values: readonly string[]) => fc.constantFrom(...values);

/** A technique, its column's type, the type of what it makes, and values. */
const cases: readonly (readonly [string, Technique, SchemaColumn['type'], SchemaColumn['type'], fc.Arbitrary<string>])[] = [
  ['kept days', { kind: 'keep' }, 'date', 'date', day],
  ['days by month', generalised({ by: 'date', unit: 'month' }), 'date', 'text', day],
  ['days by quarter in text', generalised({ by: 'date', unit: 'quarter' }), 'text', 'text', day],
  ['ages from births', generalised({ by: 'age-band', asOf: '2026-01-31', width: 5, top: 85 }), 'date', 'text', day],
  ['whole numbers', { kind: 'keep' }, 'integer', 'integer', whole],
  ['decimals', { kind: 'keep' }, 'decimal', 'decimal', decimal],
  ['clamped decimals', { kind: 'top-bottom', bottom: 0, top: 1e6 }, 'decimal', 'decimal', decimal],
  ['bins', generalised({ by: 'bins', edges: [0, 10, 20, 50, 100, 1000] }), 'integer', 'text', whole],
  ['districts', generalised({ by: 'address', level: 'district' }), 'text', 'text', address],
  ['region codes', generalised({ by: 'region-code', digits: 6 }), 'text', 'text', pick('330106', '330108', '331121', '320105', 'x')],
  ['words', { kind: 'keep' }, 'text', 'text', pick('a', 'b', 'c')],
]; // prettier-ignore

describe('the ladder of a column', () => {
  it.each(cases)(
    'of %s: what is one on a rung is one on every rung above, and at the top all is one',
    (_, technique, type, makes, values) => {
      const column: SchemaColumn = { name: 'v', type };
      fc.assert(
        fc.property(fc.array(values, { minLength: 2, maxLength: 40 }), (drawn) => {
          const made = drawn.map((value) => applyTechnique(decided(technique), column, value) ?? null);
          const numbers = made.flatMap((value) => (makes === 'integer' || makes === 'decimal' ? [Number(value)] : []));
          const range: Range = numbers.length === 0 ? undefined : [Math.min(...numbers), Math.max(...numbers)];
          const rungs = ladderOf(decided(technique), makes, { quasiIdentifiers: ['v'] }, range);
          const climbed = rungs.map((rung) => drawn.map((value, i) => climb(rung, value, made[i] ?? null, makes)));
          for (const [level, above] of climbed.slice(1).entries()) {
            const next = new Map<string | null, string | null>();
            climbed[level]?.forEach((value, i) => {
              const known = next.get(value) ?? above[i] ?? null;
              expect([value, above[i] ?? null]).toEqual([value, known]);
              next.set(value, known);
            });
          }
          expect(new Set(climbed.at(-1)).size).toBe(1);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('has bins whose widths are multiples of one another and whose lower edge is exact, however long the number', () => {
    const numbers = fc.tuple(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.double({ min: 1e-6, max: 1e12, noNaN: true }), fc.boolean());
    fc.assert(
      fc.property(numbers, fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), ([least, range, integers], digits) => {
        const widths = widthsOf([least, least + range], integers).map((width) => scaled(width) ?? 0n);
        widths.slice(1).forEach((width, i) => {
          expect(width % (widths[i] ?? 1n)).toBe(0n);
        });
        const text = `${digits < 0n ? '-' : ''}${String(digits < 0n ? -digits : digits).padStart(11, '0').replace(/(.{10})$/, '.$1')}`;
        for (const width of widthsOf([least, least + range], integers)) {
          const edge = scaled(climb({ rung: 'floor', width }, text, text, 'decimal') ?? '') ?? 0n;
          const step = scaled(width) ?? 0n;
          expect([edge % step, digits - edge >= 0n, digits - edge < step]).toEqual([0n, true, true]);
        }
      }),
    );
  }); // prettier-ignore
});
