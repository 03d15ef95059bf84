import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { identifierForm } from '#kernel';
import type { ColumnDecision, Plan, SchemaColumn } from '../../libs/desensitisation/contract.js';
import { compileToDuckDb } from '../../libs/desensitisation/domain/compile.js';
import { rowNumber } from '../../libs/desensitisation/domain/names.js';
import { noisePurpose, prepare, releasesOf, type Noise } from '../../libs/desensitisation/domain/techniques/noise.js';
import { applyTechnique } from '../../libs/desensitisation/domain/techniques/reference.js';
import { decision, disposeScratch, engine, input, scratch, writeParquet } from '../support/engine-scratch.js';

afterAll(disposeScratch);

const key = Buffer.from('0123456789abcdef0123456789abcdef');
const noise = (epsilon: number, bottom: number, sensitivity: number, rowsPerSubject = 2): Noise => ({
  ...{ kind: 'laplace-noise', epsilon, bottom, sensitivity, subject: 'mobile', rowsPerSubject },
});
const columns: readonly (readonly [SchemaColumn, ColumnDecision])[] = [
  [{ name: 'n', type: 'integer' }, decision('none', { kind: 'keep' }, 'n')],
  [{ name: 'mobile', type: 'text' }, decision('mobile', { kind: 'mask', shape: 'mobile' }, 'mobile')],
  [{ name: 'age', type: 'integer' }, decision('none', noise(1, 0, 120), 'age')],
  [{ name: 'income', type: 'decimal' }, decision('none', noise(0.25, -500.5, 20_000.75, 1), 'income')],
  [{ name: 'score', type: 'decimal' }, decision('none', noise(4, 0.001, 0.0137), 'score')],
];
const schema = columns.map(([column]) => column);
const planOf = (sampling: NonNullable<Plan['sampling']>): Plan => ({ columns: columns.map(([, one]) => one), sampling });

const number = (least: number, most: number, places: number) =>
  fc.oneof({ weight: 9, arbitrary: fc.integer({ min: least, max: most }).map((n) => (n / 10 ** places).toFixed(places)) }, { weight: 1, arbitrary: fc.constant(null) }); // prettier-ignore
const mobile = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 700 }).map((n) => `13${String(800_000_000 + n)}`) },
  { weight: 1, arbitrary: fc.constantFrom(null, '', '+86 138-0000-0001', '１３８００００００２') },
);
const row = fc
  .tuple(mobile, number(-20, 200, 0), number(-20_000_000, 30_000_000, 3), number(-500, 30_000, 6))
  .map((values): (string | null)[] => [...values]);
const rows = fc.sample(row, { numRuns: 1500, seed: 20261130 }).map((values, i) => [String(i), ...values]);

async function made(sampling: NonNullable<Plan['sampling']>, order = 'o', delivery = 'copy'): Promise<(readonly (string | null)[])[]> {
  const options = { source: 'raw', rowNumber, seed: 'seed', order, delivery, file: 'noisy.parquet' };
  const compiled = compileToDuckDb(planOf(sampling), schema, options);
  expect(compiled.purposes).toEqual([noisePurpose]);
  const written = await engine.run({ scratch, inputs: [input('raw', 'raw.parquet', schema, rowNumber)], steps: compiled.steps, keys: { [noisePurpose]: key } }); // prettier-ignore
  expect(written.ok ? undefined : written.cause).toBeUndefined();
  const outcome = await engine.run({
    scratch,
    inputs: [input('output', 'noisy.parquet', compiled.columns)],
    steps: [{ kind: 'sql', sql: 'SELECT CAST(COLUMNS(*) AS VARCHAR) FROM output', result: { rows: 10_000 } }],
  });
  return outcome.ok && outcome.steps[0]?.kind === 'rows' ? (outcome.steps[0].rows as (string | null)[][]) : [];
}
const byNumber = (table: readonly (readonly (string | null)[])[]): ReadonlyMap<string, string> =>
  new Map(table.map((values) => [values[0] ?? '', JSON.stringify(values)]));

beforeAll(() => writeParquet('raw.parquet', schema, rows));

describe('Laplace noise by the engine', () => {
  it('is for each value what the reference draws, and columns keep their types [DES-03]', async () => {
    const prepared = new Map(releasesOf(planOf({ atMost: 1 }), 'copy').map((release) => [release.column, prepare(release, release.column === 'age')])); // prettier-ignore
    const seen = new Map<string, number>();
    const expected = rows.map((values, at) => {
      const subject = values[1] == null ? null : identifierForm('mobile', values[1]);
      const nth = subject === null ? undefined : (seen.get(subject) ?? 0) + 1;
      if (subject !== null && nth !== undefined) seen.set(subject, nth);
      return columns.map(([column, one], i) => {
        const release = prepared.get(column.name);
        const around = release === undefined ? {} : { noise: { prepared: release, row: String(at), nth } };
        return applyTechnique(one, column, values[i] ?? null, { key, ...around }) ?? null;
      });
    });
    expect(byNumber(await made({ atMost: 100_000 }))).toEqual(byNumber(expected));
    expect([...seen.values()].some((rowsOf) => rowsOf > 2)).toBe(true);
  }, 120_000);

  it('is the same in every run and every sample of a delivery, so that runs cannot be averaged; of another delivery it is another', async () => {
    const large = byNumber(await made({ rate: 0.6 }));
    const again = byNumber(await made({ rate: 0.6 }, 'another order'));
    const small = byNumber(await made({ rate: 0.2 }, 'a third'));
    const other = byNumber(await made({ rate: 0.6 }, 'o', 'another copy'));
    expect(again).toEqual(large);
    expect(small.size).toBeGreaterThan(100);
    for (const [n, values] of small) expect(values).toBe(large.get(n));
    const income = (values: string | undefined) => (values === undefined ? null : (JSON.parse(values) as (string | null)[])[3]);
    const noisy = [...large].filter(([, values]) => income(values) !== null);
    expect(noisy.length).toBeGreaterThan(200);
    expect(noisy.filter(([n, values]) => income(other.get(n)) === income(values)).length).toBeLessThan(noisy.length / 10);
  }, 120_000);
});
