import { describe, expect, it } from '@jest/globals';
import { Refusal } from '#kernel';
import fc from 'fast-check';
import { decideFields, decideFreeze, decideProposal, decideRegistration, decideThaw, assertUsable } from './dataset.js';
import type { Dataset, Registration } from './dataset.js';
import { isSensitive, loweredFields, mayBePublic, releaseRules, releasesOf } from './field.js';
import type { Field, FieldVersion } from './field.js';
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

  it('lets a field leave as it stands only when the authority agrees, also one that nobody knew, and none so from its registration on', () => {
    const open: Field = { ...field, name: '街道', check: null, class: 'public', grade: 'L1', sensitiveType: 'none' };
    const released: Field = { ...open, release: 'public' };
    expect(codeOf(() => decideRegistration(id, { ...wanted, fields: [released] }))).toBe('dataset.release-not-agreed');
    expect(decideRegistration(id, { ...wanted, fields: [{ ...open, release: 'rounded' }] })).toMatchObject({ state: 'active' });
    for (const known of [[open], [field], [{ ...open, release: 'rounded' } as const]]) {
      const held = decideRegistration(id, { ...wanted, fields: known });
      expect(decideFields(held, [released], by('目录公开'))).toEqual({ proposal: expect.objectContaining({ lowered: ['街道'] }) });
    }
    expect(decideFields(decideRegistration(id, { ...wanted, fields: [open] }), [{ ...open, release: 'rounded' }], by(''))).toMatchObject({
      proposal: null,
    });
    expect([mayBePublic(open), mayBePublic({ ...open, grade: 'L2' }), mayBePublic({ ...open, class: null }), mayBePublic(field)]).toEqual([
      ...[true, false, false, false],
    ]);
  });

  it('lets leave what every list of fields allows, and takes a holding for a list only where all of all of them are public', () => {
    const list = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c'), release: fc.constantFrom(...releaseRules) }), {
      selector: ({ name }) => name,
      minLength: 1,
    });
    fc.assert(
      fc.property(list, list, (delivered, now) => {
        const { isList, ruleOf } = releasesOf(delivered, now);
        expect(isList).toBe([...delivered, ...now].every(({ release }) => release === 'public'));
        for (const { name } of [...delivered, ...now]) {
          const said = [...delivered, ...now].filter((one) => one.name === name).map(({ release }) => releaseRules.indexOf(release));
          expect(releaseRules.indexOf(ruleOf(name))).toBe(Math.min(...said));
        }
        expect(ruleOf('unheard of')).toBe('aggregate');
      }),
    );
  });

  it('never protects a field less without the authority, whatever lists follow one another and however its name is written [CLS-01]', () => {
    const spellings = { id: ['id', 'ID', ' Id ', 'ｉｄ'], tel: ['tel', 'TEL', 'ｔｅｌ', 't el'] } as const;
    const anyField = fc.record({
      key: fc.constantFrom('id', 'tel'),
      spelling: fc.nat(3),
      grade: fc.constantFrom('L1', 'L2', 'L3', 'L4', null),
      class: fc.constantFrom('public', 'personal', null),
      sensitiveType: fc.constantFrom('none', 'mobile', null),
      release: fc.constantFrom(undefined, ...releaseRules),
    });
    const step = fc.record({ fields: fc.uniqueArray(anyField, { selector: ({ key }) => key, maxLength: 2 }), agrees: fc.boolean() });
    const strength = ({ grade, class: kind, sensitiveType, release = 'aggregate' }: Field) => [
      -releaseRules.indexOf(release),
      grade === null ? 0 : Number(grade.slice(1)),
      kind !== null && kind !== 'public' ? 1 : 0,
      sensitiveType !== null && sensitiveType !== 'none' ? 1 : 0,
    ];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let held: Dataset = decideRegistration(id, { ...wanted, fields: [{ ...field, name: '其他' }] });
        const versions: FieldVersion[] = [{ fields: held.fields, approved: false }];
        const floor = new Map<string, number[]>();
        for (const { fields, agrees } of steps) {
          const list = [
            { ...field, name: '其他' },
            ...fields.map(({ key, spelling, release, ...more }) => ({
              ...{ ...field, ...more, name: spellings[key][spelling] ?? key },
              ...(release === undefined ? {} : { release }),
            })),
          ];
          held = { ...held, ...decideFields(held, list, by('复核'), versions) };
          const approved = held.proposal !== null;
          if (held.proposal !== null) {
            if (!agrees) continue;
            held = { ...held, ...decideProposal(held, held.proposal.digest, other) };
          }
          versions.push({ fields: held.fields, approved });
          for (const [at, { key }] of fields.entries()) {
            const now = strength(list[at + 1] as Field);
            const before = floor.get(key) ?? now;
            if (!approved) expect(now.every((one, part) => one >= (before[part] ?? 0))).toBe(true);
            floor.set(key, now);
          }
        }
      }),
      { numRuns: 2000 },
    );
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
