import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leastOften, leastTogether, shuffle, type ShuffledRow } from './shuffle.js';

const of = (seed: string, within?: string) => ({
  ...{ seed, delivery: 'd', column: 'v' },
  technique: { kind: 'shuffle' as const, ...(within === undefined ? {} : { within }) },
});
const table = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', null, 'd', 'e', 'f'), fc.constantFrom('x', 'x', 'x', 'y', null)), {
    minLength: 40,
    maxLength: 200,
    size: 'max',
  })
  .map((rows) => rows.map(([text, stratum], row): ShuffledRow => ({ row, stratum, text })));
const counted = (values: Iterable<string | null>) =>
  [...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]).sort();

describe('shuffling', () => {
  it('puts of every stratum the values that are not rare into its rows again, and nothing else [DES-03]', () => {
    fc.assert(
      fc.property(table, fc.boolean(), fc.string(), (rows, strata, seed) => {
        const made = shuffle(of(seed, strata ? 'g' : undefined), rows);
        const often = new Map(counted(rows.map(({ text }) => text)) as [string | null, number][]);
        for (const some of Map.groupBy(rows, ({ stratum }) => (strata ? stratum : null)).values()) {
          const together = some.filter(({ text }) => text !== null).length;
          const passed = some.map(({ text }) => (text !== null && together >= leastTogether && (often.get(text) ?? 0) >= leastOften ? text : null));
          expect(counted(some.map(({ row }) => made.get(row) ?? null))).toEqual(counted(passed));
        }
        for (const { row, text } of rows) if (text === null) expect(made.get(row)).toBeNull();
      }),
    ); // prettier-ignore
  });

  it('is the same for one seed, and for another seed, delivery, column or stratum another', () => {
    const rows = Array.from({ length: 300 }, (_, row): ShuffledRow => ({ row, stratum: 'x', text: String(row % 50) }));
    const values = (what: Parameters<typeof shuffle>[0]) => [...shuffle(what, rows).values()];
    const first = values(of('s'));
    expect(values(of('s'))).toEqual(first);
    expect(first.filter((value, row) => value === String(row % 50)).length).toBeLessThan(30);
    for (const other of [of('t'), { ...of('s'), delivery: 'e' }, { ...of('s'), column: 'w' }, of('s', 'g')])
      expect(values(other).filter((value, i) => value === first[i]).length).toBeLessThan(30);
  });
});
