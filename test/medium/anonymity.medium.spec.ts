import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { type EngineStep } from '#platform/engine';
import type { ColumnDecision, Plan, SchemaColumn, SinglingOut } from '../../libs/desensitisation/contract.js';
import { Anonymising } from '../../libs/desensitisation/application/anonymising.js';
import { lossOf, type Choice } from '../../libs/desensitisation/domain/anonymity/choice.js';
import { climb } from '../../libs/desensitisation/domain/anonymity/rungs.js';
import { applyTechnique } from '../../libs/desensitisation/domain/techniques/reference.js';
import { compileToDuckDb } from '../../libs/desensitisation/domain/compile.js';
import { rowNumber } from '../../libs/desensitisation/domain/names.js';
import { singlingOutMeasurements } from '../../libs/desensitisation/domain/evidence/singling-out.js';
import { adultFile } from '../../deploy/embedded/samples/adult.js';
import { decision, disposeScratch, engine, input, scratch, writeParquet } from '../support/engine-scratch.js';

afterAll(disposeScratch);

const folder = `${import.meta.dirname}/../fixtures/adult`;
const lines = (file: string): string[][] =>
  readFileSync(file === 'adult' ? adultFile : `${folder}/${file}.csv`, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => line.split(';'));
const [header = [], ...people] = lines('adult');
const adult: readonly SchemaColumn[] = header.map((name) => ({ name, type: name === 'age' ? 'integer' : 'text' }));
const quasi = ['sex', 'age', 'race', 'marital-status', 'education', 'native-country', 'workclass', 'occupation'];
/** Without its top, which every ladder has. */
const hierarchies = quasi.flatMap((column) => {
  const levels = Object.fromEntries(lines(`adult_hierarchy_${column}`).map(([value = '', ...above]) => [value, above.slice(0, -1)]));
  return Object.values(levels).every((above) => above.length > 0) ? [{ column, levels }] : [];
});
const planOf = (singlingOut: SinglingOut): Plan => ({
  columns: header.map((column) => decision('none', { kind: 'keep' }, column)),
  sampling: { atMost: 100_000 },
  singlingOut,
});

async function anonymise(plan: Plan, name = 'adult', schema = adult, file = 'anonymous.parquet') {
  const raw = input(name, `${name}.parquet`, schema, rowNumber);
  const searched = { raw, plan, schema, seed: 'seed', keys: {} };
  const choice = (await new Anonymising(engine).choose(scratch, searched, new AbortController().signal)) as Choice;
  const compiled = compileToDuckDb(plan, schema, { source: name, rowNumber, seed: 'seed', order: 'o', delivery: 'd', file }, choice);
  const made = await engine.run({ scratch, inputs: [raw], steps: compiled.steps });
  expect(made.ok ? undefined : made.cause).toBeUndefined();
  const rows = await texts(file, compiled.columns, 'SELECT count(*) FROM output');
  const checks = await proven(plan, file, compiled.columns);
  return { choice, checks, rows: Number(rows[0]?.[0]) };
}

type Columns = readonly { readonly name: string; readonly type: SchemaColumn['type'] }[];
async function texts(file: string, columns: Columns, sql = 'SELECT CAST(COLUMNS(*) AS VARCHAR) FROM output') {
  const steps: readonly EngineStep[] = [{ kind: 'sql', sql, result: { rows: 10_000 } }];
  const read = await engine.run({ scratch, inputs: [input('output', file, columns)], steps });
  return read.ok && read.steps[0]?.kind === 'rows' ? read.steps[0].rows : [];
}
const measured = async (singlingOut: SinglingOut, file: string, columns: Columns) =>
  (await proven(planOf(singlingOut), file, columns)).map(({ figures }) => figures);

/** What the proof measures of a file. */
async function proven(plan: Plan, file: string, columns: Columns) {
  const measurements = singlingOutMeasurements(plan);
  const examined = await engine.run({
    scratch,
    inputs: [input('output', file, columns)],
    steps: measurements.map(({ sql }): EngineStep => ({ kind: 'sql', sql, result: { rows: 1 } })),
  });
  expect(examined.ok ? undefined : examined.cause).toBeUndefined();
  const answers = examined.ok ? examined.steps.map((step) => (step.kind === 'rows' ? step.rows : [])) : [];
  return measurements.flatMap((measurement, i) => measurement.judge(answers[i] ?? [], false));
}

describe('Adult with its hierarchies', () => {
  beforeAll(() => writeParquet('adult.parquet', adult, people));

  it.each([5, 100])(
    'reaches k = %i by itself and says what it lost',
    async (k) => {
      const { choice, checks, rows } = await anonymise(planOf({ quasiIdentifiers: quasi, k, hierarchies }));
      expect(checks).toMatchObject([{ verdict: 'pass' }]);
      expect(checks[0]?.figures['k']).toBeGreaterThanOrEqual(k);
      expect(rows).toBe(people.length - choice.measured.suppressed);
      expect(choice.measured.suppressed).toBeLessThanOrEqual(0.05 * people.length);
      expect(choice.measured.loss).toBeLessThan({ 5: 0.28, 100: 0.56 }[k] ?? 0);
      const [table, ...columns] = lossOf(choice);
      expect(table).toMatchObject({ check: 'generalised', figures: { rows: people.length, suppressed: choice.measured.suppressed } });
      expect(columns.map(({ column }) => column)).toEqual(quasi);
    },
    300_000,
  );

  it('reaches l, by distinct values and by entropy, and t, ordered and equal, the same way', async () => {
    const few = ['sex', 'age', 'education', 'marital-status'];
    const asked: SinglingOut = {
      ...{ quasiIdentifiers: few, k: 5, suppressAtMost: 0.1, hierarchies: hierarchies.filter(({ column }) => few.includes(column)) },
      diversity: [{ column: 'occupation', l: 4, measure: 'distinct' }, { column: 'workclass', l: 1.5, measure: 'entropy' }],
      closeness: [{ column: 'salary-class', t: 0.25, distance: 'equal' }, { column: 'race', t: 0.1, distance: 'ordered' }],
    }; // prettier-ignore
    const { checks } = await anonymise(planOf(asked));
    expect(checks.map(({ verdict, column }) => [verdict, column])).toEqual([
      ['pass', undefined],
      ['pass', 'occupation'],
      ['pass', 'workclass'],
      ['pass', 'salary-class'],
      ['pass', 'race'],
    ]);
    const bare = await anonymise(planOf({ ...asked, diversity: [], closeness: [] }));
    expect(bare.choice.measured.loss).toBeLessThan((await anonymise(planOf(asked))).choice.measured.loss);
  }, 300_000);

  it('is measured as pycanon measures it', async () => {
    type Case = { rows: number; quasiIdentifiers: string[]; sensitive: string; k: number; lDistinct: number; lEntropy: number; t: number };
    const { cases } = JSON.parse(readFileSync(`${folder}/../anonymity/pycanon.json`, 'utf8')) as { cases: Case[] };
    for (const { rows, quasiIdentifiers, sensitive, ...expected } of cases) {
      await writeParquet('head.parquet', adult, people.slice(0, rows));
      const distance = sensitive === 'age' ? 'ordered' : 'equal';
      const singlingOut: SinglingOut = {
        quasiIdentifiers,
        diversity: (['distinct', 'entropy'] as const).map((measure) => ({ column: sensitive, l: 2, measure })),
        closeness: [{ column: sensitive, t: 1, distance }],
      };
      const [k, distinct, entropy, t] = await measured(singlingOut, 'head.parquet', adult);
      expect({ k: k?.['k'], lDistinct: distinct?.['l-distinct'] }).toEqual({ k: expected.k, lDistinct: expected.lDistinct });
      // It cuts what a sum of fractions leaves just below a whole number.
      const l = entropy?.['l-entropy'] ?? 0;
      expect([Math.floor(l), Math.floor(l - 1e-6)]).toContain(expected.lEntropy);
      expect(t?.[`t-${distance}`]).toBeCloseTo(expected.t, 5);
    }
  }, 120_000);
});

describe('columns without a hierarchy', () => {
  const schema: readonly SchemaColumn[] = [
    { name: '年龄', type: 'integer' },
    { name: '收入', type: 'decimal' },
    { name: '办理日期', type: 'date' },
    { name: '户籍地址', type: 'text' },
    { name: '姓名', type: 'text' },
    { name: '手机号', type: 'text' },
  ];
  const columns = [
    ...['年龄', '收入', '办理日期'].map((column) => decision('none', { kind: 'keep' }, column)),
    decision('address', { kind: 'generalise', to: { by: 'address', level: 'district' } }, '户籍地址'),
    decision('name', { kind: 'mask', shape: 'name' }, '姓名'),
    decision('mobile', { kind: 'mask', shape: 'mobile' }, '手机号'),
  ];
  const places = ['浙江省丽水市青田县', '浙江省丽水市莲都区', '浙江省杭州市西湖区', '江苏省南京市玄武区'];
  const row = fc
    .tuple(
      fc.integer({ min: 16, max: 95 }), fc.integer({ min: -5_000_00, max: 90_000_00 }), fc.integer({ min: 0, max: 9000 }),
      fc.constantFrom(...places), fc.constantFrom(...Array.from('王李张刘陈')), fc.constantFrom('小明', '丽', '华'), fc.integer({ min: 0, max: 1e9 - 1 }),
    )
    .map(([age, cents, day, place, surname, given, number]) => [
      age % 17 === 0 ? null : String(age),
      (cents / 100).toFixed(2),
      new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(0, 10),
      `${place}某街道1号`,
      surname + given,
      `13${String(number).padStart(9, '0')}`,
    ]); // prettier-ignore
  const rows = fc.sample(row, { numRuns: 600, seed: 8 });
  beforeAll(() => writeParquet('people.parquet', schema, rows));

  it('climb by their type’s own steps, keep their type, and give what the reference gives', async () => {
    const drawn = { columns, sampling: { atMost: 1000 } };
    for (const quasiIdentifiers of [
      ['年龄', '户籍地址'],
      ['收入'],
      ['办理日期', '姓名'],
      ['姓名', '手机号'],
      schema.map(({ name }) => name),
    ]) {
      const plan: Plan = { ...drawn, singlingOut: { quasiIdentifiers, k: 5 } };
      const { choice, checks } = await anonymise(plan, 'people', schema, 'climbed.parquet');
      expect(checks).toMatchObject([{ verdict: 'pass' }]);
      const compiled = compileToDuckDb(
        plan,
        schema,
        { source: 'people', rowNumber, seed: 's', order: 'o', delivery: 'd', file: 'x' },
        choice,
      );
      const published = await texts('climbed.parquet', compiled.columns);
      const classes = new Map<string, string[]>();
      for (const raw of rows) {
        const made = schema.map((column, i) => {
          const own = applyTechnique(columns[i] as ColumnDecision, column, raw[i] ?? null) ?? null;
          const at = choice.climbing.findIndex((one) => one.column === column.name);
          const { rungs, type } = choice.climbing[at] ?? { rungs: [], type: column.type };
          const value = climb(rungs[choice.node[at] ?? 0] ?? { rung: 'made' }, raw[i] ?? null, own, type);
          return column.type === 'decimal' && value !== null ? Number(value).toFixed(10) : value;
        });
        const key = JSON.stringify(quasiIdentifiers.map((name) => made[schema.findIndex((column) => column.name === name)]));
        classes.set(key, [...(classes.get(key) ?? []), JSON.stringify(made)]);
      }
      const expected = [...classes.values()].filter((members) => members.length >= 5).flat();
      expect(published.map((one) => JSON.stringify(one)).sort()).toEqual(expected.sort());
    }
  }, 300_000);

  it('count as they are published, masked identifiers among them: a masked name beside a masked number singles out [DES-04]', async () => {
    const plan: Plan = { columns, sampling: { atMost: 1000 } };
    const compiled = compileToDuckDb(plan, schema, {
      source: 'people',
      rowNumber,
      seed: 's',
      order: 'o',
      delivery: 'd',
      file: 'masked.parquet',
    });
    await engine.run({ scratch, inputs: [input('people', 'people.parquet', schema, rowNumber)], steps: compiled.steps });
    const asked = { quasiIdentifiers: ['姓名', '手机号'], uniqueShareAtMost: 0.05 };
    const [bare] = await measured(asked, 'masked.parquet', compiled.columns);
    expect(bare?.['uniqueShare']).toBeGreaterThan(0.9);
    const [verdict] = singlingOutMeasurements({ ...plan, singlingOut: asked })[0]?.judge([[600, 1, 590, 600]], false) ?? [];
    expect(verdict).toMatchObject({ check: 'singling-out', verdict: 'fail' });
    const { checks } = await anonymise({ ...plan, singlingOut: asked }, 'people', schema, 'masked.parquet');
    expect(checks).toMatchObject([{ verdict: 'pass', figures: { unique: 0, uniqueShare: 0 } }]);
  }, 120_000);

  it('cannot reach k where fewer rows are drawn, or more may not be left out', async () => {
    const few: Plan = { columns, sampling: { atMost: 4 }, singlingOut: { quasiIdentifiers: ['年龄'], k: 5 } };
    await expect(anonymise(few, 'people', schema)).rejects.toMatchObject({ code: 'desensitisation.k-unreachable' });
  });
});
