import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { type EngineStep } from '#platform/engine';
import { residentIdCheck, type SensitiveType } from '../../libs/datasets/contract.js';
import type { Plan, SchemaColumn, Technique } from '../../libs/desensitisation/contract.js';
import { compileToDuckDb } from '../../libs/desensitisation/domain/compile.js';
import { weakKeys } from '../../libs/desensitisation/domain/evidence/dictionary-attack.js';
import { examinationOf, judge, type Proof } from '../../libs/desensitisation/domain/evidence/examine.js';
import { applyTechnique } from '../../libs/desensitisation/domain/techniques/reference.js';

import { decision, disposeScratch, engine, input, scratch, writeParquet } from '../support/engine-scratch.js';

afterAll(disposeScratch);

const residents: readonly SchemaColumn[] = [
  { name: 'id', type: 'integer' },
  { name: '姓名', type: 'text' },
  { name: '身份证号', type: 'text' },
  { name: '手机号', type: 'text' },
  { name: '出生日期', type: 'date' },
  { name: '职业', type: 'text' },
  { name: '城市', type: 'text' },
  { name: '指纹', type: 'text' },
  { name: '登记信息', type: 'text' },
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
    `〔${Array.from(mobile).join('\u200b ')}〕`,
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
    decision('none', { kind: 'drop' }, '登记信息'),
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
  const compiled = compileToDuckDb(chosen, residents, { source: 'raw', rowNumber: 'row_no', seed, order: seed, delivery: 'd', file });
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
  const examination = examinationOf(chosen, residents, compiled.columns, 'seed');
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
  return judge(examination, answers);
}
const failures = (proof: Proof) =>
  proof.checks.filter((c) => c.verdict !== 'pass').map((c) => [c.check, c.column, c.finding].filter((x) => x !== undefined).join(' '));

describe('a plan run by the engine', () => {
  beforeAll(() => writeParquet('raw.parquet', residents, people));

  it('writes a sample in which every value is what the reference makes of it [DES-02] [DES-03]', async () => {
    const compiled = await desensitise({ ...plan, sampling: { atMost: 4000 } });
    const rows = await rowsOf('SELECT CAST(COLUMNS(*) AS VARCHAR) FROM output', compiled.columns);
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
      new Set(['sample', 'residual-identifiers', 'raw-values', 'bijection', 'dictionary-attack', 'singling-out']),
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

  it('fails when a published value is a raw one in another notation, whatever a detector makes of it [DES-04]', async () => {
    const odd = changed('登记信息', 'none', { kind: 'keep' });
    const proof = await examine(odd);
    expect(failures(proof)).toContain('raw-values 登记信息 手机号');
    expect(JSON.stringify(proof)).not.toContain(people[0]?.[3] ?? '');
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

  it('fails when a declared k is missed, and when the sample is everything [DES-02] [DES-04]', async () => {
    // Compiled without the search that reaches it.
    expect(failures(await examine({ ...plan, singlingOut: { quasiIdentifiers: ['出生日期', '职业'], k: 5 } }))).toEqual(['singling-out']);
    expect(failures(await examine({ ...plan, sampling: { atMost: 4000 } }))).toEqual(['sample']);
  });
});
