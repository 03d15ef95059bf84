import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EngineStep } from '#platform/engine';
import type { SchemaColumn, Technique } from '../../libs/desensitisation/contract.js';
import { compileToDuckDb, normalForms, techniqueSql } from '../../libs/desensitisation/domain/compile.js';
import { applyTechnique } from '../../libs/desensitisation/domain/techniques/reference.js';

import { decision, disposeScratch, engine, input, scratch, writeParquet } from '../support/engine-scratch.js';

afterAll(disposeScratch);

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
    'line\nbreak', '13812345678\n', ' 13812345678 ', '***', '', '１３８１２３４５６７８', '138-1234-5678', '陈 亮', '330106 19500110 100X', 'ＭAIL＠x.cn', '浙ａ·20729', 'd4320 6f78aae', '王\u{feff}小明',
  ); // prettier-ignore
  const text = fc
    .oneof(han, place, date, digits, shaped, fc.string({ unit: 'grapheme', maxLength: 12 }))
    .filter((value) => value.isWellFormed() && !value.includes('\0'));
  const values: Readonly<Record<SchemaColumn['type'], fc.Arbitrary<string>>> = {
    text,
    integer: fc.oneof(fc.integer({ min: -50, max: 200 }), fc.maxSafeInteger()).map(String),
    decimal: fc.oneof(
      fc.tuple(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.integer({ min: 0, max: 999_999 })).map(([whole, fraction]) => `${String(whole)}.${String(fraction).padStart(6, '0')}`),
      fc.integer({ min: -200_000, max: 200_000 }).map((n) => (n / 1000).toFixed(3)),
      fc.constantFrom('0.5', '1.5', '2.675', '-2.675', '1.005', '-0.4', '73.07', '30.28765', '0.1', '33.3', '-100'),
    ), // prettier-ignore
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
      steps: [
        normalForms(),
        ...cases.map(([type, technique]): EngineStep => ({
          kind: 'sql',
          sql: `SELECT CAST("${type}" AS VARCHAR), CAST(${techniqueSql(decision('none', technique), type, `"${type}"`)} AS VARCHAR) FROM golden`,
          result: { rows: 2000 },
        })),
      ],
    });
    expect(outcome.ok ? undefined : outcome.cause).toBeUndefined();
    cases.forEach(([type, technique], i) => {
      const step = outcome.ok ? outcome.steps[i + 1] : undefined;
      const rows = step?.kind === 'rows' ? step.rows : [];
      expect(rows).toHaveLength(1501);
      for (const [before, after] of rows) {
        const expected = applyTechnique(decision('none', technique), { name: type, type }, before as string | null);
        expect([technique, before, after]).toEqual([technique, before, expected]);
      }
    });
  }, 120_000);
});

describe('values that hold what ends a line or is invisible', () => {
  const numbers = ['13812345678', '\ufeff13812345678', '138\u200b1234\u20285678', '13912345678'];
  const schema: readonly SchemaColumn[] = [{ name: 'v', type: 'text' }];
  const select = (sql: string): EngineStep => ({ kind: 'sql', sql, result: { rows: 10 } });

  it('come back whole, and blind no check [DES-04]', async () => {
    await writeParquet('odd.parquet', schema, numbers.map((value) => [value])); // prettier-ignore
    const outcome = await engine.run({ scratch, inputs: [input('odd', 'odd.parquet', schema)], steps: [select('SELECT v FROM odd'), select("SELECT 'a\u2028b' AS v")] });
    const rows = outcome.ok ? outcome.steps.map((step) => (step.kind === 'rows' ? step.rows : [])) : [];
    expect(rows[0]?.map(([value]) => value)).toContain(numbers[2]);
    expect(rows[1]).toEqual([['a\u2028b']]);
  }); // prettier-ignore

  it('are one pseudonym a number, and a row stays one row', async () => {
    const technique = { kind: 'pseudonym', algorithm: 'hmac-sm3', purpose: 'mobile', hexLength: 32 } as const;
    const plan = { columns: [decision('mobile', technique)], sampling: { atMost: 100 } };
    const compiled = compileToDuckDb(plan, schema, { source: 'odd', rowNumber: 'n', seed: 's', order: 'o', delivery: 'd', file: 'pseudonyms.parquet' });
    const made = await engine.run({ scratch, inputs: [input('odd', 'odd.parquet', schema, 'n')], steps: compiled.steps, keys: { mobile: Buffer.from('0123456789abcdef') } });
    expect(made.ok ? made.steps.at(-1) : made.cause).toMatchObject({ rows: 4 });
    const read = await engine.run({ scratch, inputs: [input('made', 'pseudonyms.parquet', compiled.columns)], steps: [select('SELECT v, count(*) FROM made GROUP BY v ORDER BY 2')] });
    const counts = read.ok && read.steps[0]?.kind === 'rows' ? read.steps[0].rows.map(([, count]) => Number(count)) : [];
    expect(counts).toEqual([1, 3]);
  }); // prettier-ignore
});
