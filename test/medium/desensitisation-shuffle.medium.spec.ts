import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EngineStep } from '#platform/engine';
import type { ColumnDecision, Plan, SchemaColumn, Technique } from '../../libs/desensitisation/contract.js';
import { compileToDuckDb, normalForms } from '../../libs/desensitisation/domain/compile.js';
import { shuffledMeasurements } from '../../libs/desensitisation/domain/evidence/shuffled.js';
import { rowNumber } from '../../libs/desensitisation/domain/names.js';
import { applyTechnique } from '../../libs/desensitisation/domain/techniques/reference.js';
import { shuffle } from '../../libs/desensitisation/domain/techniques/shuffle.js';
import { decision, disposeScratch, engine, input, scratch, writeParquet } from '../support/engine-scratch.js';

afterAll(disposeScratch);

const within: Technique = { kind: 'shuffle', within: 'city' };
const columns: readonly (readonly [SchemaColumn, ColumnDecision])[] = [
  [{ name: 'n', type: 'integer' }, decision('none', { kind: 'keep' }, 'n')],
  [{ name: 'city', type: 'text' }, decision('none', { kind: 'keep' }, 'city')],
  [{ name: 'job', type: 'text' }, decision('none', { kind: 'shuffle' }, 'job')],
  [{ name: 'age', type: 'integer' }, decision('none', within, 'age')],
  [{ name: 'income', type: 'decimal' }, decision('none', within, 'income')],
  [{ name: 'seen', type: 'date' }, decision('none', { kind: 'shuffle' }, 'seen')],
];
const schema = columns.map(([column]) => column);
const planOf = (sampling: NonNullable<Plan['sampling']>): Plan => ({ columns: columns.map(([, one]) => one), sampling });
const row = fc
  .tuple(
    fc.constantFrom('丽水', '丽水', '丽水', '杭州', '杭州', null),
    fc.oneof({ weight: 40, arbitrary: fc.constantFrom('教师', '农民', "医'生", '', null) }, { weight: 1, arbitrary: fc.string({ maxLength: 3, unit: 'grapheme-ascii' }) }),
    fc.option(fc.nat(90).map(String)),
    fc.option(fc.integer({ min: -40, max: 400 }).map((n) => (n / 8).toFixed(4))),
    fc.option(fc.integer({ min: 1, max: 28 }).map((day) => `2020-02-${String(day).padStart(2, '0')}`)),
  )
  .map((values): (string | null)[] => [...values]); // prettier-ignore
// Of Wenzhou there are too few.
const rows = fc
  .sample(row, { numRuns: 1200, seed: 20261130 })
  .map((values, i) => [String(i), i % 100 === 3 ? '温州' : (values[0] ?? null), ...values.slice(1)]);

async function made(sampling: NonNullable<Plan['sampling']>, order = 'o'): Promise<(readonly (string | null)[])[]> {
  const options = { source: 'raw', rowNumber, seed: 'seed', order, delivery: 'copy', file: 'shuffled.parquet' };
  const compiled = compileToDuckDb(planOf(sampling), schema, options);
  const written = await engine.run({ scratch, inputs: [input('raw', 'raw.parquet', schema, rowNumber)], steps: compiled.steps });
  expect(written.ok ? undefined : written.cause).toBeUndefined();
  return read(compiled.columns, 'SELECT CAST(COLUMNS(*) AS VARCHAR) FROM output');
}
async function read(output: readonly { name: string; type: SchemaColumn['type'] }[], sql: string, file = 'shuffled.parquet') {
  const outcome = await engine.run({
    scratch,
    inputs: [input('raw', 'raw.parquet', schema, rowNumber), input('output', file, output)],
    steps: [normalForms(), { kind: 'sql', sql, result: { rows: 10_000 } } satisfies EngineStep],
  });
  expect(outcome.ok ? undefined : outcome.cause).toBeUndefined();
  return outcome.ok && outcome.steps[1]?.kind === 'rows' ? (outcome.steps[1].rows as (string | null)[][]) : [];
}
const byNumber = (table: readonly (readonly (string | null)[])[]): ReadonlyMap<string, string> =>
  new Map(table.map((values) => [values[0] ?? '', JSON.stringify(values)]));

beforeAll(() => writeParquet('raw.parquet', schema, rows));

describe('shuffling by the engine', () => {
  it('puts the same value into each row as the reference [DES-03]', async () => {
    const whole = columns.map(([{ name, type }, { technique }], i) => {
      if (technique.kind !== 'shuffle') return new Map<number, string | null>();
      const places = type === 'decimal' ? '000000' : '';
      const texts = rows.map((values, at) => ({ row: at, stratum: values[1] ?? null, text: values[i] == null ? null : (values[i] ?? '') + places }));
      return shuffle({ seed: 'seed', delivery: 'copy', column: name, technique }, texts);
    });
    const expected = rows.map((values, at) =>
      columns.map(([column, one], i) => applyTechnique(one, column, values[i] ?? null, { moved: whole[i]?.get(at) ?? null }) ?? null),
    );
    const found = await made({ atMost: 100_000 });
    expect(byNumber(found)).toEqual(byNumber(expected));
    expect(found.filter(([, city]) => city === '温州').every(([, , , age]) => age === null)).toBe(true);
  }, 120_000); // prettier-ignore

  it('gives a row the same value in every sample of a delivery: what one has more than another says nothing of a row [DES-02]', async () => {
    const large = byNumber(await made({ rate: 0.6 }));
    const small = byNumber(await made({ rate: 0.2 }, 'another order'));
    expect(small.size).toBeGreaterThan(100);
    for (const [n, values] of small) expect(values).toBe(large.get(n));
  }, 120_000);

  it('fails its examination where a rare value is published, or rows are few [DES-04]', async () => {
    const examined = async (table: readonly (readonly (string | null)[])[]) => {
      await writeParquet('told.parquet', schema, table);
      const checks = [];
      for (const measurement of shuffledMeasurements(planOf({ atMost: 1000 }), schema))
        checks.push(...measurement.judge(await read(schema, measurement.sql, 'told.parquet'), false));
      return checks.filter(({ verdict }) => verdict === 'fail').map(({ column }) => column);
    };
    const output = await made({ atMost: 600 });
    expect(await examined(output)).toEqual([]);
    expect(await examined(output.slice(0, 19))).toEqual(['job', 'age', 'income', 'seen']);
    expect(await examined(output.map((values, i) => (i === 7 ? [...values.slice(0, 2), '只此一人', ...values.slice(3)] : values)))).toEqual(['job']);
  }, 120_000); // prettier-ignore
});
