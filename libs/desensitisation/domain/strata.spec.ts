import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Refusal } from '#kernel';
import fc from 'fast-check';
import type { Plan } from '../contract.js';
import { assertStrataSample, strataSql } from './strata.js';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:')).connect();
});
const rows = 2000;
type Sampling = NonNullable<Plan['sampling']>;

/** What becomes of a sample by strata of a column of so many values, one of which may be missing. */
async function answer(values: number, sampling: Sampling): Promise<string> {
  const plan: Plan = { columns: [], sampling };
  await connection.run(`CREATE OR REPLACE TEMP TABLE raw AS SELECT nullif(range % ${String(values)}, 0) AS k FROM range(${String(rows)})`);
  const measured = (await connection.runAndReadAll(strataSql(plan, 'raw') ?? '')).getRows()[0] ?? [];
  try {
    assertStrataSample(plan, measured);
    return 'drawn';
  } catch (fault) {
    if (fault instanceof Refusal) return fault.code;
    throw fault;
  }
}

describe('a sample by strata', () => {
  it('is refused where the least rows of all strata are more than a tenth and more than the rate draws, whatever the column holds [DES-02]', async () => {
    const strata = fc.record({
      values: fc.integer({ min: 1, max: rows }),
      rate: fc.constantFrom(0.01, 0.05, 0.3),
      atLeast: fc.integer({ min: 1, max: 3000 }),
    });
    await fc.assert(
      fc.asyncProperty(strata, async ({ values, rate, atLeast }) => {
        const asked = Array.from({ length: values }, (_, at) => Math.floor(rows / values) + Number(at < rows % values))
          .reduce((sum, size) => sum + Math.min(size, atLeast), 0); // prettier-ignore
        const expected = asked > Math.max(0.1, rate) * rows ? 'desensitisation.strata-too-many' : 'drawn';
        expect(await answer(values, { rate, strata: { column: 'k', atLeast } })).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('is never nearly every row by a column that is nearly unique', async () => {
    expect(await answer(1900, { rate: 0.01, strata: { column: 'k', atLeast: 1 } })).toBe('desensitisation.strata-too-many');
    expect(await answer(1900, { atMost: 100_000, strata: { column: 'k', atLeast: 5 } })).toBe('desensitisation.strata-too-many');
  });

  it('is drawn by a column of few values, and where a number of rows bounds it', async () => {
    expect(await answer(8, { rate: 0.01, strata: { column: 'k', atLeast: 20 } })).toBe('drawn');
    expect(await answer(1900, { atMost: 150, strata: { column: 'k', atLeast: 5 } })).toBe('drawn');
  });

  it('is refused where nothing was measured', () => {
    const plan: Plan = { columns: [], sampling: { rate: 0.1, strata: { column: 'k', atLeast: 1 } } };
    expect(() => {
      assertStrataSample(plan, []);
    }).toThrow(Refusal);
  });
});
