import { sensitiveTypes } from '#datasets/contract';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planSchema, type ColumnDecision, type Plan, type SchemaColumn, type Technique } from '../contract.js';
import { classifyColumn } from './classify-column.js';
import { compileToDuckDb } from './compile.js';
import { checkPlan, reversibilityOf } from './plan-check.js';
import { proposePlan } from './propose-plan.js';
import { typeRules } from './sensitive-types.js';

const schema: readonly SchemaColumn[] = [
  { name: '姓名', type: 'text' },
  { name: '身份证号', type: 'text' },
  { name: '年龄', type: 'integer' },
  { name: '收入', type: 'decimal' },
];
const decide = (column: string, sensitiveType: ColumnDecision['sensitiveType'], technique: Technique): ColumnDecision => ({
  column,
  sensitiveType,
  grade: 'L2',
  technique,
});
const pseudonym: Technique = { kind: 'pseudonym', algorithm: 'hmac-sm3', purpose: 'resident-id', hexLength: 32 };
const good: Plan = {
  columns: [
    decide('姓名', 'name', { kind: 'mask', shape: 'name' }),
    decide('身份证号', 'resident-id', pseudonym),
    decide('年龄', 'none', { kind: 'generalise', to: { by: 'age-band', width: 10, top: 90 } }),
    decide('收入', 'none', { kind: 'keep' }),
  ],
  sampling: { rate: 0.1, atMost: 1000 },
};
const withColumn = (i: number, decision: ColumnDecision): Plan => ({
  ...good,
  columns: good.columns.map((c, j) => (i === j ? decision : c)),
});
const problems = (plan: Plan, findings?: Parameters<typeof checkPlan>[2]) =>
  checkPlan(plan, schema, findings).map((p) => (p.column === undefined ? p.problem : `${p.problem} ${p.column}`));

describe('checking a plan', () => {
  it('accepts one that decides every column and lets no identifier pass', () => {
    expect(problems(good)).toEqual([]);
  });

  it('refuses a plan that leaves a column undecided, decides it twice or names one that is not there [DES-03]', () => {
    expect(problems({ ...good, columns: good.columns.slice(1) })).toEqual(['column-undecided 姓名']);
    expect(problems({ ...good, columns: [...good.columns, ...good.columns.slice(3), decide('x', 'none', { kind: 'keep' })] })).toEqual([
      'column-twice 收入',
      'column-unknown x',
    ]);
  });

  it('refuses to keep a direct identifier or mixed text of any type [DES-03]', () => {
    for (const type of sensitiveTypes.filter((t) => ['direct', 'mixed'].includes(typeRules[t].exposure))) {
      expect(problems(withColumn(0, decide('姓名', type, { kind: 'keep' })))).toEqual(['identifier-kept 姓名']);
    }
  });

  it('refuses a plan that calls not sensitive what the values show for certain [DES-03]', () => {
    const findings = [{ column: '姓名', type: 'mobile', confidence: 'certain', share: 1, sampled: 100 }] as const;
    expect(problems(withColumn(0, decide('姓名', 'none', { kind: 'keep' })), findings)).toEqual(['contradicts-detection 姓名']);
    expect(problems(withColumn(0, decide('姓名', 'none', { kind: 'mask-ends', start: 3, end: 4 })), findings)).toEqual([
      'contradicts-detection 姓名',
    ]);
    expect(problems(withColumn(0, decide('姓名', 'none', { kind: 'redact' })), findings)).toEqual([]);
  });

  it('refuses an unkeyed hash whatever the column [DES-04]', () => {
    expect(problems(withColumn(1, decide('身份证号', 'resident-id', { kind: 'hash', algorithm: 'sm3' })))).toEqual([
      'unkeyed-hash 身份证号',
    ]);
    expect(problems(withColumn(3, decide('收入', 'none', { kind: 'hash', algorithm: 'sha256' })))).toEqual(['unkeyed-hash 收入']);
  });

  it('refuses a technique that does not fit the type or how it is stored', () => {
    const misfits: readonly ColumnDecision[] = [
      decide('身份证号', 'resident-id', { kind: 'mask', shape: 'mobile' }),
      decide('身份证号', 'resident-id', { kind: 'mask-ends', start: 8, end: 8 }),
      decide('身份证号', 'birth-date', { kind: 'round', decimals: 2, mode: 'nearest' }),
      decide('身份证号', 'none', { kind: 'top-bottom', top: 5 }),
      decide('身份证号', 'account-number', { kind: 'mask-ends', start: 4, end: 4 }),
    ];
    for (const decision of misfits) expect(problems(withColumn(1, decision))).toEqual(['technique-misfit 身份证号']);
    expect(problems(withColumn(3, decide('收入', 'none', { kind: 'generalise', to: { by: 'bins', edges: [5, 5] } })))).toEqual([
      'technique-incomplete 收入',
    ]);
    expect(problems(withColumn(3, decide('收入', 'none', { kind: 'top-bottom' })))).toEqual(['technique-incomplete 收入']);
  });

  it('refuses a plan without sampling, or with a sample that is everything [DES-02]', () => {
    expect(problems({ columns: good.columns })).toEqual(['sampling-missing']);
    expect(problems({ ...good, sampling: { rate: 1 } })).toEqual(['sampling-missing']);
    expect(problems({ ...good, sampling: { atMost: 10 } })).toEqual([]);
  });

  it('refuses quasi-identifiers that are not in the output, and a plan that leaves nothing', () => {
    expect(problems({ ...good, singlingOut: { quasiIdentifiers: ['年龄', '性别'] } })).toEqual(['quasi-identifier-unknown 性别']);
    expect(problems({ ...good, columns: good.columns.map((c) => ({ ...c, technique: { kind: 'drop' } })) })).toEqual(['nothing-left']);
  });

  it('refuses hierarchies that are not nested or of no kept quasi-identifier, and sensitive columns that are none', () => {
    const kept: Plan = {
      ...good,
      columns: [...good.columns.slice(0, 2), decide('年龄', 'none', { kind: 'keep' }), ...good.columns.slice(3)],
    };
    const asked = (singlingOut: Omit<NonNullable<Plan['singlingOut']>, 'quasiIdentifiers'>) =>
      problems({ ...kept, singlingOut: { quasiIdentifiers: ['年龄'], ...singlingOut } });
    const levels = { '1': ['0-4', '0-9'], '2': ['0-4', '0-9'], '7': ['5-9', '0-9'] };
    expect(asked({ hierarchies: [{ column: '年龄', levels }] })).toEqual([]);
    expect(asked({ hierarchies: [{ column: '年龄', levels: { ...levels, '3': ['0-4', '10-19'] } }] })).toEqual(['hierarchy-misfit 年龄']);
    expect(asked({ hierarchies: [{ column: '年龄', levels: { ...levels, '3': ['0-4'] } }] })).toEqual(['hierarchy-misfit 年龄']);
    expect(asked({ hierarchies: [{ column: '年龄', levels: {} }] })).toEqual(['hierarchy-misfit 年龄']);
    expect(asked({ hierarchies: [{ column: '收入', levels }] })).toEqual(['hierarchy-misfit 收入']);
    expect(asked({ diversity: [{ column: '收入', l: 3, measure: 'distinct' }] })).toEqual([]);
    expect(asked({ closeness: [{ column: '年龄', t: 0.2, distance: 'ordered' }] })).toEqual(['sensitive-misfit 年龄']);
    expect(asked({ diversity: [{ column: '民族', l: 3, measure: 'entropy' }] })).toEqual(['sensitive-misfit 民族']);
  });

  it('refuses a cipher with another type’s check character, days that nobody’s identifier shifts, and strata of no column', () => {
    const cipher = (check: 'none' | 'luhn' | 'resident-id'): Technique => ({
      ...{ kind: 'encipher', algorithm: 'ff1-sm4', purpose: 'ids', keep: 0, check },
    });
    expect(problems(withColumn(1, decide('身份证号', 'resident-id', cipher('resident-id'))))).toEqual([]);
    for (const check of ['none', 'luhn'] as const)
      expect(problems(withColumn(1, decide('身份证号', 'resident-id', cipher(check))))).toEqual(['technique-misfit 身份证号']);
    const day: SchemaColumn = { name: '就诊日期', type: 'date' };
    const shifted = (subject: string): Plan => ({
      ...good,
      columns: [...good.columns, decide('就诊日期', 'none', { kind: 'shift-days', purpose: 'days', subject, within: 90 })],
    });
    const found = (subject: string) =>
      checkPlan(shifted(subject), [...schema, day]).map(({ problem, column }) => `${problem} ${column ?? ''}`);
    expect([found('身份证号'), found('年龄'), found('无')]).toEqual([[], ['subject-unknown 就诊日期'], ['subject-unknown 就诊日期']]);
    expect(reversibilityOf(cipher('none'))).toBe('keyed');
    expect(problems({ ...good, sampling: { rate: 0.1, strata: { column: '民族', atLeast: 5 } } })).toEqual(['stratum-unknown 民族']);
  });

  it('refuses noise on what is no number or by nobody’s identifier, shuffled identifiers, and either as a quasi- or sensitive column [DES-03]', () => {
    const noise = (more: object = {}): Technique => ({
      ...{ kind: 'laplace-noise', epsilon: 1, bottom: 0, sensitivity: 100, subject: '身份证号', rowsPerSubject: 1, ...more },
    });
    const shuffled = (within?: string): Technique => ({ kind: 'shuffle', ...(within === undefined ? {} : { within }) });
    expect(problems(withColumn(3, decide('收入', 'none', noise({ bottom: 0.5 }))))).toEqual([]);
    expect(problems(withColumn(2, decide('年龄', 'none', noise())))).toEqual([]);
    expect(problems(withColumn(2, decide('年龄', 'none', noise({ sensitivity: 0.5 }))))).toEqual(['technique-misfit 年龄']);
    expect(problems(withColumn(3, decide('收入', 'none', noise({ subject: '年龄' }))))).toEqual(['subject-unknown 收入']);
    expect(problems(withColumn(0, decide('姓名', 'none', noise())))).toEqual(['technique-misfit 姓名']);
    expect(problems(withColumn(3, decide('收入', 'none', shuffled('年龄'))))).toEqual([]);
    for (const stratum of ['收入', '民族'])
      expect(problems(withColumn(3, decide('收入', 'none', shuffled(stratum))))).toEqual(['stratum-unknown 收入']);
    for (const type of sensitiveTypes.filter((t) => t !== 'none'))
      for (const technique of [noise(), shuffled()])
        expect(problems(withColumn(3, decide('收入', type, technique)))).toEqual(['technique-misfit 收入']);
    for (const technique of [noise(), shuffled()]) {
      const plan = withColumn(3, decide('收入', 'none', technique));
      expect(problems({ ...plan, singlingOut: { quasiIdentifiers: ['收入'] } })).toEqual(['quasi-identifier-misfit 收入']);
      const diversity = [{ column: '收入', l: 2, measure: 'distinct' }] as const;
      expect(problems({ ...plan, singlingOut: { quasiIdentifiers: ['年龄'], diversity: [...diversity] } })).toEqual([
        'sensitive-misfit 收入',
      ]);
    }
    expect([reversibilityOf(noise()), reversibilityOf(shuffled())]).toEqual(['keyed', 'irreversible']);
  });

  it('does not compile a plan that it would refuse', () => {
    const options = { source: 'raw', rowNumber: 'n', seed: 's', order: 'o', delivery: 'd', file: 'out.parquet' };
    expect(() => compileToDuckDb({ columns: good.columns }, schema, options)).toThrow('sampling-missing');
    expect(compileToDuckDb(good, schema, options).columns).toEqual([
      { name: '姓名', type: 'text', reversibility: 'irreversible', from: ['姓名'], technique: 'mask' },
      { name: '身份证号', type: 'text', reversibility: 'keyed', from: ['身份证号'], technique: 'pseudonym' },
      { name: '年龄', type: 'text', reversibility: 'irreversible', from: ['年龄'], technique: 'generalise' },
      { name: '收入', type: 'decimal', reversibility: 'irreversible', from: ['收入'], technique: 'keep' },
    ]);
    expect(reversibilityOf({ kind: 'hash', algorithm: 'md5' })).toBe('reversible');
  });
});

describe('proposing a plan', () => {
  it('makes one that passes its own check whatever the columns are called and hold [DES-03]', () => {
    const name = fc.oneof(
      fc.constantFrom('姓名', '身份证号', 'mobile', 'lat', '备注', '出生日期', 'ip', 'mac', '地址', 'email', '账号', '病历号'),
      fc.string({ minLength: 1, maxLength: 20 }),
    );
    const value = fc.oneof(
      fc.constantFrom('13812345678', '11010519491231002X', '张三', '120.12345', '1987-01-02', '浙江省丽水市青田县中山路3号', '2001:db8::1'),
      fc.string(),
    );
    const column = fc.record({
      name,
      type: fc.constantFrom('text', 'integer', 'decimal', 'date', 'timestamp', 'boolean'),
      values: fc.array(value, { maxLength: 30 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(column, { minLength: 1, maxLength: 8, selector: (c) => c.name }), (columns) => {
        const { plan, findings } = proposePlan(columns);
        expect(planSchema.safeParse(plan).success).toBe(true);
        const faults = checkPlan(plan, columns, findings);
        const asked = findings.filter((finding) => finding.confidence === 'unsure').map((finding) => finding.column);
        expect(faults.filter((fault) => fault.problem === 'column-undecided').map((fault) => fault.column)).toEqual(asked);
        expect(faults.filter((fault) => fault.problem !== 'nothing-left' && fault.problem !== 'column-undecided')).toEqual([]);
      }),
    );
  });

  it('proposes as quasi-identifiers what is published of a person beside identifiers [DES-03]', () => {
    const pick = (name: string, ...of: string[]) => ({ name, type: 'text' as const, values: Array.from({ length: 60 }, (_, i) => of[i % of.length] ?? '') });
    const birth = { name: '出生日期', type: 'date' as const, values: Array.from({ length: 60 }, (_, i) => `19${String(40 + i)}-01-02`) };
    const { plan } = proposePlan([pick('姓名', '张三', '李四'), pick('性别', '男', '女'), birth, pick('手机号', '13812345678', '13912345678')]);
    expect(plan.singlingOut).toEqual({ quasiIdentifiers: ['姓名', '性别', '出生日期'], k: 5, suppressAtMost: 0.05 });
  }); // prettier-ignore

  it('decides by values before names, and by names where values are silent', () => {
    const sample = (name: string, values: string[], type: SchemaColumn['type'] = 'text') => classifyColumn({ name, type, values });
    const mobiles = Array.from({ length: 50 }, (_, i) => `138123456${String(10 + i)}`);
    expect(sample('c7', mobiles)).toMatchObject({ type: 'mobile', confidence: 'certain', share: 1 });
    expect(sample('c7', mobiles, 'integer')).toMatchObject({ type: 'mobile', confidence: 'certain' });
    expect(sample('身份证号', [])).toMatchObject({ type: 'resident-id', confidence: 'hinted' });
    expect(sample('备注', ['电话13812345678', '无'])).toMatchObject({ type: 'free-text' });
    expect(sample('lat', ['28.1390', '28.1400'], 'decimal')).toMatchObject({ type: 'coordinates', confidence: 'certain' });
    expect(sample('occupation', ['Sales', 'Tech-support'])).toMatchObject({ type: 'none' });
    expect(
      sample(
        'education',
        Array.from({ length: 200 }, (_, i) => ['本科', '高中', '小学'][i % 3] ?? ''),
      ),
    ).toMatchObject({ type: 'none' });
    expect(sample('出生日期', ['1980-01-01'], 'date')).toMatchObject({ type: 'birth-date' });
    expect(JSON.stringify(sample('c7', mobiles))).not.toContain('13812345');
  });

  it('believes the provider over a hint, and the values over the provider [DES-03]', () => {
    const declared = (name: string, says: ColumnDecision['sensitiveType'], values: string[]) =>
      classifyColumn({ name, type: 'text', values, declared: says });
    expect(declared('联系方式', 'none', ['见官网'])).toMatchObject({ type: 'none' });
    expect(declared('c7', 'account-number', ['A-1'])).toMatchObject({ type: 'account-number', confidence: 'certain' });
    expect(
      declared(
        'c7',
        'none',
        Array.from({ length: 9 }, (_, i) => `1381234567${String(i)}`),
      ),
    ).toMatchObject({ type: 'mobile', confidence: 'certain' });
  });
});
