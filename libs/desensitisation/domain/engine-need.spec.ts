import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Plan, Technique } from '../contract.js';
import { assertFits, fits, needOf, rowsThatFit, type CopySize } from './engine-need.js';

const mebibyte = 2 ** 20;
/** What an installation has where nothing else is configured. */
const usual = { memoryBytes: 2048 * mebibyte, scratchBytes: 4096 * mebibyte };
const techniques: readonly Technique[] = [
  { kind: 'keep' },
  { kind: 'drop' },
  { kind: 'mask', shape: 'name' },
  { kind: 'pseudonym', algorithm: 'hmac-sm3', purpose: 'id', hexLength: 32 },
  { kind: 'shuffle' },
  { kind: 'suppress-rare', below: 5, otherwise: '其他' },
];
const planOf = (kinds: readonly Technique[], more: Partial<Plan> = {}): Plan => ({
  columns: kinds.map((technique, i) => ({ column: `c${String(i)}`, sensitiveType: 'none', grade: 'L3', technique })),
  sampling: { rate: 1 },
  ...more,
});
/** As measured: 13 columns of 242 bytes of text a row, 20 in the file. */
const thirteen = (rows: number): CopySize => ({ rows, fileBytes: rows * 20, textBytes: rows * 242 });
const sql = planOf(Array.from({ length: 13 }, (): Technique => ({ kind: 'mask', shape: 'name' })));

const kinds = fc.array(fc.constantFrom(...techniques), { minLength: 1, maxLength: 40 });
/** So many bytes of each row, in the file and as text. */
const sized = (rows: number, [file, text]: readonly [number, number | undefined]): CopySize => ({
  ...{ rows, fileBytes: rows * file, textBytes: text === undefined ? undefined : rows * text },
});
const rowBytes = fc.tuple(fc.nat(500), fc.option(fc.nat(3000), { nil: undefined }));
const manyRows = fc.nat(20_000_000);
const room = fc.record({
  memoryBytes: fc.integer({ min: 256 * mebibyte, max: 2 ** 36 }),
  scratchBytes: fc.integer({ min: mebibyte, max: 2 ** 36 }),
});
const sampling = fc.record({ rate: fc.double({ min: 0.01, max: 1, noNaN: true }), atMost: fc.integer({ min: 1, max: 10_000_000 }) });

describe('what a run needs of the engine', () => {
  it('never falls with more rows, more columns, or more to do', () => {
    fc.assert(
      fc.property(kinds, kinds, sampling, manyRows, manyRows, rowBytes, room, (some, more, drawn, rows, beyond, bytes, given) => {
        const [size, larger] = [sized(rows, bytes), sized(rows + beyond, bytes)];
        const plan = planOf(some, { sampling: drawn });
        const least = needOf(plan, size, given);
        const strict = { singlingOut: { quasiIdentifiers: ['c0'] } };
        for (const [otherPlan, other] of [
          [plan, larger],
          [planOf([...some, ...more], { sampling: drawn }), size],
          [planOf(some, { sampling: drawn, ...strict }), size],
        ] as const) {
          const need = needOf(otherPlan, other, given);
          // But for what a quotient is rounded by.
          expect(need.memoryBytes).toBeGreaterThanOrEqual(least.memoryBytes - 1);
          expect(need.scratchBytes).toBeGreaterThanOrEqual(least.scratchBytes - 1);
        }
      }),
    );
  });

  it('is no less than what was measured, and less than twice and a half of it', () => {
    // Rows, drawn at most, keyed columns, memory given, and the most that was measured: engine's processes, its spill and its files.
    const measured = [
      [200_000, Infinity, 0, 6000, 427],
      [1_000_000, Infinity, 0, 6000, 770],
      [3_000_000, Infinity, 0, 12_000, 1635],
      [1_000_000, Infinity, 4, 12_000, 1293],
      [1_000_000, 100_000, 0, 12_000, 378],
    ] as const;
    for (const [rows, atMost, keyed, memoryMb, mebibytes] of measured) {
      const plan = planOf(
        sql.columns.map(({ technique }, i) => (i < keyed ? (techniques[3] as Technique) : technique)),
        {
          sampling: atMost === Infinity ? { rate: 1 } : { atMost },
        },
      );
      const { peakBytes } = needOf(plan, thirteen(rows), { memoryBytes: memoryMb * mebibyte, scratchBytes: 2 ** 33 });
      expect([rows, peakBytes >= mebibytes * mebibyte, peakBytes <= 2.5 * mebibytes * mebibyte]).toEqual([rows, true, true]);
    }
  });

  it('lets ten million rows of 13 columns pass with what an installation has, and not a hundred million', () => {
    expect(() => assertFits(sql, thirteen(10_000_000), usual)).not.toThrow();
    expect(() => assertFits(sql, thirteen(100_000_000), usual)).toThrow('desensitisation.exceeds-engine');
  });

  it('says how many rows would fit, and that many do', () => {
    fc.assert(
      fc.property(kinds, manyRows, rowBytes, room, (some, rows, bytes, given) => {
        const [plan, size] = [planOf(some), sized(rows, bytes)];
        const most = rowsThatFit(plan, size, given);
        if (most === 0) return;
        expect(most).toBeLessThanOrEqual(size.rows);
        expect(fits(needOf(plan, sized(most, bytes), given), given)).toBe(true);
      }),
    );
  });
});
