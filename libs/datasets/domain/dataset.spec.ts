import { describe, expect, it } from '@jest/globals';
import { Refusal } from '#kernel';
import { decideFields, decideFreeze, decideProposal, decideRegistration, decideThaw, assertUsable } from './dataset.js';
import type { Dataset, Registration } from './dataset.js';
import { isSensitive, loweredFields } from './field.js';
import type { Field } from './field.js';
import { grantOf } from './grant.js';
import { datasetsRefusals } from './refusals.js';

const id = '00000000-0000-7000-8000-000000000001';
const [me, other] = ['00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000003'];
const field: Field = {
  name: '手机号码',
  comment: '',
  type: 'text',
  check: 'mobile',
  required: false,
  class: 'personal',
  grade: 'L3',
  sensitiveType: 'mobile',
};
const wanted: Registration = {
  providerId: id,
  name: '人口库',
  description: '',
  edition: '2026-10',
  grade: 'L4',
  marking: 'none',
  custody: { holderId: id, managerId: id, userId: null, operatorId: null },
  origin: { system: '人口库', basis: '户口登记条例', returnedFrom: null },
  useConditions: { text: '仅限普惠金融', noJoin: false, purposes: [], until: null },
  contact: { department: '数据处', channel: '0571-00000000' },
  updateFrequencyDays: 30,
  fields: [field],
};
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'none';
  } catch (error) {
    return error instanceof Refusal ? error.code : 'fault';
  }
};
const by = (reason: string) => ({ personId: me, at: '2026-06-10T04:00:00.000Z', reason });

describe('registering a holding', () => {
  it('needs grade, conditions of use and contact [CLS-02]', () => {
    const bare = {
      ...wanted,
      grade: null,
      useConditions: { ...wanted.useConditions, text: ' ' },
      contact: { department: '', channel: '' },
    };
    expect(() => decideRegistration(id, bare)).toThrow(
      expect.objectContaining({ code: 'dataset.catalogue-incomplete', details: { missing: ['grade', 'useConditions', 'contact'] } }),
    );
    expect(decideRegistration(id, wanted)).toMatchObject({ state: 'active', fieldsVersion: 1 });
  });

  it('is refused for secret, public-safety and closed-by-law data [CLS-03]', () => {
    for (const marking of ['state-secret', 'public-safety', 'closed-by-law'] as const)
      expect(codeOf(() => decideRegistration(id, { ...wanted, marking }))).toBe('dataset.secret');
  });

  it('is refused when the whole is graded below one of its fields [CLS-01]', () => {
    expect(codeOf(() => decideRegistration(id, { ...wanted, grade: 'L2' }))).toBe('dataset.grade-too-low');
  });
});

describe('deciding fields', () => {
  const dataset: Dataset = decideRegistration(id, wanted);

  it('takes effect at once where it protects as much or more', () => {
    expect(decideFields(dataset, [{ ...field, grade: 'L4' }], by(''))).toMatchObject({ fieldsVersion: 2, proposal: null });
  });

  it('waits for the authority where a field is protected less, and needs a reason [CLS-01]', () => {
    for (const change of [
      { grade: 'L2' },
      { grade: null },
      { class: 'public' },
      { sensitiveType: 'none' },
      { sensitiveType: null },
    ] as const) {
      const lower = [{ ...field, ...change }];
      expect(codeOf(() => decideFields(dataset, lower, by(' ')))).toBe('dataset.reason-missing');
      const proposed = decideFields(dataset, lower, by('复核后分级有误'));
      expect(proposed).toEqual({ proposal: expect.objectContaining({ lowered: ['手机号码'] }) });
      const waiting = { ...dataset, ...proposed };
      const digest = waiting.proposal?.digest ?? 'sha256:';
      expect(codeOf(() => decideProposal(waiting, digest, me))).toBe('dataset.own-proposal');
      expect(codeOf(() => decideProposal(waiting, `sha256:${'0'.repeat(64)}`, other))).toBe('dataset.proposal-changed');
      expect(decideProposal(waiting, digest, other)).toMatchObject({ fields: lower, fieldsVersion: 2, proposal: null });
    }
    expect(codeOf(() => decideProposal(dataset, 'sha256:', other))).toBe('dataset.no-proposal');
  });

  it('counts an undecided field as sensitive [CLS-04]', () => {
    expect(isSensitive({ ...field, class: 'public', grade: 'L1', sensitiveType: 'none' })).toBe(false);
    for (const undecided of [{ class: null }, { grade: null }, { sensitiveType: null }])
      expect(isSensitive({ ...field, class: 'public', grade: 'L1', sensitiveType: 'none', ...undecided })).toBe(true);
  });

  it('does not call a new field lowered', () => {
    expect(loweredFields([field], [field, { ...field, name: '新列', grade: 'L1', class: 'public', sensitiveType: 'none' }])).toEqual([]);
  });
});

describe('freezing', () => {
  const dataset: Dataset = decideRegistration(id, wanted);

  it('closes a holding until the authority thaws it [CLS-03]', () => {
    const frozen = { ...dataset, ...decideFreeze(dataset, 'state-secret', '复核发现') };
    expect(codeOf(() => assertUsable(frozen))).toBe('dataset.frozen');
    expect(codeOf(() => decideFields(frozen, [field], by('')))).toBe('dataset.frozen');
    expect(codeOf(() => decideFreeze(frozen, 'state-secret', '再次'))).toBe('state.no-such-transition');
    expect({ ...frozen, ...decideThaw(frozen, '定密机关更正') }).toMatchObject({ state: 'active', marking: 'none' });
  });
});

describe('what a scenario was granted', () => {
  const item = (names: string[], limit: number | null) => ({ id, fields: names.map((name) => ({ name })), rows: { limit } });
  const of = { scenarioId: id, datasetId: id };

  it('is the union of its items, with the widest row limit [REQ-06]', () => {
    const grant = grantOf([item(['a'], 100), item(['b', 'a'], 200)], of);
    expect([[...grant.fields], grant.rowLimit]).toEqual([['a', 'b'], 200]);
    expect(grantOf([item(['a'], 100), item(['b'], null)], of).rowLimit).toBeNull();
  });

  it('is nothing without an item in force that opens a field [REQ-03]', () => {
    expect(codeOf(() => grantOf([], of))).toBe('dataset-copy.not-granted');
    expect(codeOf(() => grantOf([item([], null)], of))).toBe('dataset-copy.not-granted');
  });
});

describe('refusals', () => {
  it('say the rule and what would satisfy it in both languages', () => {
    for (const text of Object.values(datasetsRefusals)) {
      expect([text.zh, text.en, text.satisfyZh, text.satisfyEn].every((part) => part.length > 4)).toBe(true);
      expect(text.status).toBeGreaterThanOrEqual(400);
    }
  });
});
