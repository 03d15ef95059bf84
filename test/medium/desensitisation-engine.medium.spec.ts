import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { rmSync } from 'node:fs';
import { SandboxEngine, ScratchArea, type EngineColumn, type EngineInput, type EngineStep, type Scratch } from '#platform/engine';
import { residentIdCheck, type SensitiveType } from '../../libs/datasets/contract.js';
import type { ColumnDecision, Plan, SchemaColumn, Technique } from '../../libs/desensitisation/contract.js';
import { compileToDuckDb, duckdbType, techniqueSql } from '../../libs/desensitisation/domain/compile.js';
import { weakKeys } from '../../libs/desensitisation/domain/evidence/dictionary-attack.js';
import { examinationOf, judge, type Proof } from '../../libs/desensitisation/domain/evidence/examine.js';
import { applyTechnique } from '../../libs/desensitisation/domain/techniques/reference.js';

const root = `/dev/shm/opdomain-desensitisation-test-${String(process.pid)}`;
const engine = new SandboxEngine({ memoryMb: 1024, threads: 2, wallClockMs: 120_000, scratchBytes: 500_000_000 });
let scratch: Scratch;
beforeAll(() => {
  scratch = new ScratchArea({ root, allowDiskScratch: false }).allocate(500_000_000);
});
afterAll(() => {
  scratch.dispose();
  rmSync(root, { recursive: true, force: true });
});

/** Writes rows of text to Parquet with the columns' own types. */
async function writeParquet(file: string, schema: readonly SchemaColumn[], rows: readonly (readonly (string | null)[])[]): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`CREATE TABLE t (${schema.map((_, i) => `c${String(i)} VARCHAR`).join(', ')})`);
  const appender = await connection.createAppender('t');
  for (const row of rows) {
    for (const value of row) if (value === null) appender.appendNull();
    else appender.appendVarchar(value); // prettier-ignore
    appender.endRow();
  }
  appender.closeSync();
  const columns = schema.map((column, i) => `CAST(c${String(i)} AS ${duckdbType[column.type]}) AS "${column.name}"`);
  await connection.run(`COPY (SELECT ${columns.join(', ')} FROM t) TO '${scratch.file(file)}' (FORMAT parquet)`);
  connection.closeSync();
}
const input = (
  name: string,
  file: string,
  schema: readonly { name: string; type: SchemaColumn['type'] }[],
  rowNumber?: string,
): EngineInput => ({
  name,
  file,
  format: 'parquet',
  columns: schema.map((column): EngineColumn => ({ name: column.name, type: duckdbType[column.type] })),
  access: 'view',
  ...(rowNumber === undefined ? {} : { rowNumber }),
});

const decision = (sensitiveType: SensitiveType, technique: Technique, column = 'v'): ColumnDecision => ({
  column,
  sensitiveType,
  grade: 'L3',
  technique,
});

describe('techniques in SQL', () => {
  const han = fc.string({ unit: fc.constantFrom(...Array.from('欧阳司马王李张小明买提艾合·•𠮷爱新觉罗纳兰')), minLength: 0, maxLength: 9 });
  const place = fc.string({
    unit: fc.constantFrom(
      '浙江省',
      '北京市',
      '北京',
      '内蒙古自治区',
      '杭州市',
      '延边朝鲜族自治州',
      '西湖区',
      '青田县',
      '镇海区',
      '路桥区',
      '鹤城街道',
      '江南大道12号',
      '幸福社区',
      '小区',
      '新',
      ' ',
    ),
    maxLength: 6,
  });
  const date = fc
    .tuple(
      fc.integer({ min: 1750, max: 2250 }),
      fc.integer({ min: 0, max: 14 }),
      fc.integer({ min: 0, max: 33 }),
      fc.constantFrom('-', '/', '.', ''),
    )
    .map(([y, m, d, s]) => `${String(y)}${s}${String(m).padStart(2, '0')}${s}${String(d).padStart(2, '0')}`);
  const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789Xx+- ')), maxLength: 22 });
  const shaped = fc.constantFrom(
    '13812345678', '+86 13812345678', '11010519491231002X', '130503670401001', '0571-87654321', '6222021234567890123', 'E12345678', 'H12345678', '浙K·A1234', '京AD12345',
    'zhang.san@x.gov.cn', '10.20.30.40', '00:1a:2B:3c:4D:5e', '91110000802100433B', '120.28613,28.13900', '(28.1,120.3)', '1987年3月5日', '2020-02-29 12:00:00', '331121', 'John Smith', "O'Neil",
    'line\nbreak', '13812345678\n', ' 13812345678 ', '***', '',
  ); // prettier-ignore
  const text = fc
    .oneof(han, place, date, digits, shaped, fc.string({ unit: 'grapheme', maxLength: 12 }))
    .filter((value) => value.isWellFormed() && !value.includes('\0'));
  const values: Readonly<Record<SchemaColumn['type'], fc.Arbitrary<string>>> = {
    text,
    integer: fc.oneof(fc.integer({ min: -50, max: 200 }), fc.maxSafeInteger()).map(String),
    decimal: fc
      .oneof(
        fc.double({ min: -200, max: 200, noNaN: true }),
        fc.double({ noNaN: false }),
        fc.constantFrom(0.5, 1.5, 2.675, -2.675, 1.005, -0.4, 30.28765),
      )
      .map((n) => (Object.is(n, -0) ? '-0.0' : String(n)).replace('Infinity', 'inf')),
    date: fc
      .date({ min: new Date('1801-01-01'), max: new Date('2198-12-31'), noInvalidDate: true })
      .map((d) => d.toISOString().slice(0, 10)),
    timestamp: fc
      .date({ min: new Date('1801-01-01'), max: new Date('2198-12-31'), noInvalidDate: true })
      .map((d) => d.toISOString().slice(0, 19).replace('T', ' ')),
    boolean: fc.constantFrom('true', 'false'),
  };
  const masks = [
    'resident-id',
    'mobile',
    'landline',
    'bank-card',
    'passport',
    'permit',
    'plate',
    'name',
    'email',
    'ip',
    'mac',
    'uscc',
  ] as const;
  const generalise = (to: Extract<Technique, { kind: 'generalise' }>['to']): Technique => ({ kind: 'generalise', to });
  const cases: readonly (readonly [SchemaColumn['type'], Technique])[] = [
    ...masks.map((shape) => ['text', { kind: 'mask', shape }] as const),
    ['integer', { kind: 'mask', shape: 'mobile' }],
    ['text', { kind: 'redact' }],
    ['decimal', { kind: 'redact' }],
    ...([[0, 0], [3, 4], [2, 0], [0, 2]] as const).map(([start, end]) => ['text', { kind: 'mask-ends', start, end }] as const),
    ...(['month', 'quarter', 'year', 'decade'] as const).flatMap((unit) => (['text', 'date', 'timestamp'] as const).map((type) => [type, generalise({ by: 'date', unit })] as const)),
    ['date', generalise({ by: 'age-band', asOf: '2026-02-28', width: 10, top: 85 })],
    ['text', generalise({ by: 'age-band', asOf: '2026-02-28', width: 7, top: 90 })],
    ['integer', generalise({ by: 'age-band', width: 5, top: 90 })],
    ['decimal', generalise({ by: 'age-band', width: 5, top: 90 })],
    ...(['province', 'city', 'district'] as const).map((level) => ['text', generalise({ by: 'address', level })] as const),
    ...([2, 4, 6] as const).map((length) => ['text', generalise({ by: 'region-code', digits: length })] as const),
    ['decimal', generalise({ by: 'bins', edges: [-100, 0, 0.1, 33.3] })],
    ['integer', generalise({ by: 'bins', edges: [0, 18, 65] })],
    ['text', generalise({ by: 'hierarchy', map: { 王: '姓', "O'Neil": 'x', '': 'empty', toString: 'y' }, otherwise: '*' })],
    ['boolean', generalise({ by: 'hierarchy', map: { true: '是' }, otherwise: null })],
    ...([0, 2, 5] as const).flatMap((decimals) => (['truncate', 'nearest'] as const).map((mode) => ['decimal', { kind: 'round', decimals, mode }] as const)),
    ['text', { kind: 'round', decimals: 2, mode: 'truncate' }],
    ['text', { kind: 'round', decimals: 0, mode: 'truncate' }],
    ['decimal', { kind: 'top-bottom', bottom: -1.5, top: 99.5 }],
    ['integer', { kind: 'top-bottom', top: 85 }],
  ]; // prettier-ignore

  it('give the same bytes for each value as the reference, for every technique', async () => {
    const types = Object.keys(values) as SchemaColumn['type'][];
    const samples = types.map((type) => [null, ...fc.sample(values[type], { numRuns: 1500, seed: 20261121 })]);
    const schema = types.map((type): SchemaColumn => ({ name: type, type }));
    await writeParquet(
      'golden.parquet',
      schema,
      Array.from({ length: 1501 }, (_, row) => samples.map((column) => column[row] ?? null)),
    );
    const outcome = await engine.run({
      scratch,
      inputs: [input('golden', 'golden.parquet', schema)],
      steps: cases.map(([type, technique]): EngineStep => ({
        kind: 'sql',
        sql: `SELECT CAST("${type}" AS VARCHAR), CAST(${techniqueSql(decision('none', technique), type, `"${type}"`)} AS VARCHAR) FROM golden`,
        result: { rows: 2000 },
      })),
    });
    expect(outcome.ok ? undefined : outcome.cause).toBeUndefined();
    cases.forEach(([type, technique], i) => {
      const step = outcome.ok ? outcome.steps[i] : undefined;
      const rows = step?.kind === 'rows' ? step.rows : [];
      expect(rows).toHaveLength(1501);
      for (const [before, after] of rows) {
        const numeric = technique.kind === 'round' || technique.kind === 'top-bottom';
        const expected = applyTechnique(decision('none', technique), { name: type, type }, before as string | null);
        expect([technique, before, numeric && type !== 'text' && after !== null ? Number(after) : after]).toEqual([
          technique,
          before,
          expected,
        ]);
      }
    });
  }, 120_000);
});

const residents: readonly SchemaColumn[] = [
  { name: 'id', type: 'integer' },
  { name: '姓名', type: 'text' },
  { name: '身份证号', type: 'text' },
  { name: '手机号', type: 'text' },
  { name: '出生日期', type: 'date' },
  { name: '职业', type: 'text' },
  { name: '城市', type: 'text' },
  { name: '指纹', type: 'text' },
];
const people = Array.from({ length: 4000 }, (_, i) => {
  const day = new Date(Date.UTC(1950, 0, 1 + ((i * 37) % 20_000))).toISOString().slice(0, 10);
  const first = `33112${String(1 + (i % 6))}${day.replaceAll('-', '')}${String(i % 1000).padStart(3, '0')}`;
  const mobile = `13${String(800000000 + i * 7919)}`;
  const job = i % 400 === 0 ? `罕见职业${String(i)}` : (['教师', '农民', '医生'][i % 3] ?? '');
  return [
    String(i % 50),
    `${'王李张刘'.charAt(i % 4)}${'小明丽华'.charAt(i % 3)}`,
    i === 7 ? null : first + residentIdCheck(first),
    mobile,
    day,
    job,
    ['丽水', '杭州'][i % 2] ?? '',
    createHash('md5').update(mobile).digest('hex'),
  ];
});
const pseudonym: Technique = { kind: 'pseudonym', algorithm: 'hmac-sm3', purpose: 'resident-id', hexLength: 32 };
const plan: Plan = {
  columns: [
    decision('none', { kind: 'keep' }, 'id'),
    decision('name', { kind: 'mask', shape: 'name' }, '姓名'),
    decision('resident-id', pseudonym, '身份证号'),
    decision('mobile', { kind: 'mask', shape: 'mobile' }, '手机号'),
    decision('birth-date', { kind: 'generalise', to: { by: 'date', unit: 'year' } }, '出生日期'),
    decision('none', { kind: 'suppress-rare', below: 5, otherwise: '其他' }, '职业'),
    decision('none', { kind: 'keep' }, '城市'),
    decision('none', { kind: 'drop' }, '指纹'),
  ],
  sampling: { rate: 0.5, atMost: 1000 },
  singlingOut: { quasiIdentifiers: ['城市'], k: 10 },
};
const changed = (column: string, sensitiveType: SensitiveType, technique: Technique, base = plan): Plan => ({
  ...base,
  columns: base.columns.map((c) => (c.column === column ? decision(sensitiveType, technique, column) : c)),
});
const realKey = Buffer.from('0123456789abcdef0123456789abcdef');

async function desensitise(chosen: Plan, seed = 'seed', key: Uint8Array = realKey, file = 'out.parquet') {
  const compiled = compileToDuckDb(chosen, residents, { source: 'raw', rowNumber: 'row_no', seed, order: seed, file });
  const outcome = await engine.run({
    scratch,
    inputs: [input('raw', 'raw.parquet', residents, 'row_no')],
    steps: [...compiled.steps, { kind: 'sql', sql: 'SELECT id FROM raw LIMIT 1', result: { rows: 1 } }],
    keys: Object.fromEntries(compiled.purposes.map((purpose) => [purpose, key])),
  });
  expect(outcome.ok ? undefined : outcome.cause).toBeUndefined();
  return compiled;
}
async function rowsOf(sql: string, schema: readonly { name: string; type: SchemaColumn['type'] }[], file = 'out.parquet') {
  const outcome = await engine.run({
    scratch,
    inputs: [input('output', file, schema)],
    steps: [{ kind: 'sql', sql, result: { rows: 10_000 } }],
  });
  const step = outcome.ok ? outcome.steps[0] : undefined;
  return step?.kind === 'rows' ? step.rows : [];
}
async function examine(chosen: Plan, key: Uint8Array = realKey): Promise<Proof> {
  const compiled = await desensitise(chosen, 'seed', key, 'examined.parquet');
  const examination = examinationOf(chosen, residents, compiled.columns, 'seed', 'row_no');
  const outcome = await engine.run({
    scratch,
    inputs: [input('raw', 'raw.parquet', residents, 'row_no'), input('output', 'examined.parquet', compiled.columns)],
    steps: [
      ...examination.preparation,
      ...examination.measurements.map((m): EngineStep => ({ kind: 'sql', sql: m.sql, result: { rows: m.rows } })),
    ],
    keys: Object.fromEntries(Object.entries(weakKeys).map(([name, weak]) => [name, Buffer.from(weak)])),
  });
  expect(outcome.ok ? undefined : outcome.cause).toBeUndefined();
  const answers = outcome.ok
    ? outcome.steps.slice(examination.preparation.length).map((step) => (step.kind === 'rows' ? step : undefined))
    : [];
  rmSync(scratch.file('examined.parquet'));
  return judge(examination, answers);
}
const failures = (proof: Proof) =>
  proof.checks.filter((c) => c.verdict !== 'pass').map((c) => [c.check, c.column, c.finding].filter((x) => x !== undefined).join(' '));

describe('a plan run by the engine', () => {
  beforeAll(() => writeParquet('raw.parquet', residents, people));

  it('writes a sample in which every value is what the reference makes of it [DES-02, DES-03]', async () => {
    const compiled = await desensitise({ ...plan, sampling: { atMost: 4000 } });
    const rows = await rowsOf('SELECT CAST(COLUMNS(*) AS VARCHAR) FROM output', compiled.columns);
    rmSync(scratch.file('out.parquet'));
    const frequent = new Set(['教师', '农民', '医生']);
    const expected = people.map((row) =>
      plan.columns.flatMap((d, i) => {
        const made = applyTechnique(d, residents[i] as SchemaColumn, row[i] ?? null, { key: realKey, frequent });
        return made === undefined ? [] : [made];
      }),
    );
    const sorted = (table: readonly (readonly unknown[])[]) => table.map((row) => JSON.stringify(row)).sort();
    expect(sorted(rows)).toEqual(sorted(expected));
  });

  it('draws the same rows from the same seed and a smaller sample from within a larger, so samples never add up [DES-02]', async () => {
    const drawn = async (sampling: Plan['sampling'], seed: string): Promise<string[]> => {
      const compiled = await desensitise({ ...plan, ...(sampling === undefined ? {} : { sampling }) }, seed);
      const rows = await rowsOf('SELECT "手机号", "身份证号" FROM output', compiled.columns);
      rmSync(scratch.file('out.parquet'));
      return rows.map((row) => JSON.stringify(row));
    };
    const small = await drawn({ rate: 0.1, atMost: 300 }, 'a');
    const large = await drawn({ rate: 0.5 }, 'a');
    expect(small).toHaveLength(300);
    expect(large.length).toBeGreaterThan(1800);
    expect(large.length).toBeLessThan(2200);
    expect(small.filter((row) => !large.includes(row))).toEqual([]);
    expect((await drawn({ rate: 0.1, atMost: 300 }, 'b')).filter((row) => small.includes(row)).length).toBeLessThan(100);
  });

  it('passes its examination, with figures for every check', async () => {
    const proof = await examine(plan);
    expect(failures(proof)).toEqual([]);
    expect(proof.passed).toBe(true);
    expect(new Set(proof.checks.map((c) => c.check))).toEqual(
      new Set(['sample', 'residual-identifiers', 'bijection', 'dictionary-attack', 'singling-out']),
    );
    expect(proof.checks.find((c) => c.check === 'sample')?.figures).toEqual({ rowsIn: 4000, rowsOut: 1000 });
    expect(proof.checks.find((c) => c.check === 'dictionary-attack' && c.column === '身份证号')?.figures.guesses).toBeGreaterThan(1000);
  });

  it('fails when identifiers are left, and names the column and never the value [DES-04]', async () => {
    const proof = await examine(changed('手机号', 'none', { kind: 'keep' }));
    expect(failures(proof)).toContain('residual-identifiers 手机号 mobile');
    expect(JSON.stringify(proof)).not.toContain(people[0]?.[3] ?? '');
    expect(failures(await examine(changed('姓名', 'none', { kind: 'keep' })))).toContain('residual-identifiers 姓名 name');
  });

  it('fails when a kept column is a digest that anyone can compute from an identifier [DES-04]', async () => {
    expect(failures(await examine(changed('指纹', 'none', { kind: 'keep' })))).toEqual([
      'bijection 指纹 身份证号',
      'bijection 指纹 手机号',
      'dictionary-attack 指纹',
    ]);
  });

  it('fails when the key of a pseudonym is one that anyone would try [DES-04]', async () => {
    for (const weak of ['\0'.repeat(32), 'secret'])
      expect(failures(await examine(plan, Buffer.from(weak)))).toEqual(['dictionary-attack 身份证号']);
  });

  it('fails when a declared k is missed, and when the sample is everything [DES-02, DES-04]', async () => {
    expect(failures(await examine({ ...plan, singlingOut: { quasiIdentifiers: ['出生日期', '职业'], k: 5 } }))).toEqual(['singling-out']);
    expect(failures(await examine({ ...plan, sampling: { atMost: 4000 } }))).toEqual(['sample']);
  });
});
