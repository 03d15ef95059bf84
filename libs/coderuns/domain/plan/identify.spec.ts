import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { identifiersOf, looked, measureSql, type Declared } from './identify.js';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
});

/** @param value of each row, by `range` and by a number `h` that is drawn for it */
async function identifies(
  value: string,
  { rows, seed }: { readonly rows: number; readonly seed: number },
  type = 'BIGINT',
): Promise<boolean> {
  const drawn = `SELECT range, (hash(range, ${String(seed)}) % 1000000007)::BIGINT AS h FROM range(${String(rows)})`;
  await connection.run(`CREATE OR REPLACE TEMP TABLE t AS SELECT CAST(${value} AS ${type}) AS k FROM (${drawn}) ORDER BY h`);
  const columns: readonly Declared[] = [{ column: 'k', type, sensitiveType: null }];
  const measured = (await connection.runAndReadAll(measureSql('t', looked(columns)))).getRows()[0] ?? [];
  return identifiersOf(looked(columns), measured.map(Number)).length > 0;
}
const tables = fc.record({ rows: fc.integer({ min: 300, max: 5000 }), seed: fc.nat(1_000_000) });
const all = async (values: readonly string[], expected: boolean): Promise<void> => {
  await fc.assert(
    fc.asyncProperty(tables, fc.constantFrom(...values), async (table, value) => {
      expect([value, table, await identifies(value, table)]).toEqual([value, table, expected]);
    }),
    { numRuns: 120 },
  );
};

describe('whole numbers that nobody declared', () => {
  it('identify where they were given out one to each, in a row, with gaps, or of one length, and where they are mobile numbers or resident IDs', async () => {
    await all(
      [
        'range + 1',
        '100000 + range',
        '500 + range * 7 + h % 7',
        'CASE WHEN range % 50 = 0 THEN NULL ELSE 20000 + range END',
        'CASE WHEN range % 200 = 0 THEN -1 ELSE 20000 + range END',
        '10000000 + (range * 7919 + h % 7919)',
        // Each of somebody who comes several times.
        '13000000000 + (range // 12) * 104729',
        '330102196503070001 + (range // 12) * 10',
      ],
      true,
    );
  }, 60_000);

  it('do not where they are amounts, counts, codes, years, days or times', async () => {
    await all(
      [
        '3000 + h % 90000',
        'round(exp(8 + (h % 1000) / 300.0))',
        'round(exp(10 + (h % 100000) / 12000.0))',
        'h % 30',
        '330100 + h % 13',
        '1950 + h % 70',
        "CAST(strftime(DATE '1960-01-01' + CAST(h % 20000 AS INTEGER), '%Y%m%d') AS BIGINT)",
        '1600000000 + range * 977 + h % 977',
        '1600000000000 + range * 9770 + h % 9770',
      ],
      false,
    );
  }, 60_000);
});
