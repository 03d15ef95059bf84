import { describe, expect, it } from '@jest/globals';
import { slotsInOrder } from '../approval.js';
import { checkPlanFiling } from '../emergency-plan.js';
import { refuse } from '../refusals.js';
import { checkEntry, checkSupersedingText, decideEntryConfirmation } from './entry.js';
import { natures } from './profile.js';
import { type Entry, governing, profiles, resolveProfile, valueOf } from './resolve.js';
import { zhejiang } from './zhejiang.js';

const day = '2026-06-10';
const now = '2026-06-10T04:00:00.000Z';
const ids = profiles.map((profile) => profile.id);

describe('jurisdiction profiles', () => {
  it.each(ids)('%s: every rule cites its source [ADM-04]', (id) => {
    const { rules } = resolveProfile(id, day);
    expect(Object.keys(rules).sort()).toEqual(Object.keys(natures).sort());
    for (const rule of Object.values(rules)) expect(rule.sources.length).toBeGreaterThan(0);
  });

  it('lets 青田 inherit 浙江 and overrule only what it says itself [ADM-04]', () => {
    const qingtian = resolveProfile('qingtian', day);
    expect(qingtian.lineage).toEqual(['qingtian@1', 'zhejiang@1']);
    expect(qingtian.rules.terminationGrounds).toEqual(zhejiang.rules.terminationGrounds);
    expect(valueOf(qingtian, 'returnedDataConsent')).toEqual(['city', 'province']);
    expect(valueOf(resolveProfile('zhejiang', day), 'returnedDataConsent')).toEqual(['province']);
  });

  it('gives thirty calendar days in 滨州 and no hidden default elsewhere [SUSP-02]', () => {
    expect(valueOf(resolveProfile('binzhou', day), 'rectification')).toEqual({ length: 30, unit: 'calendar-days', source: '滨州 30' });
    for (const id of ids.filter((each) => each !== 'binzhou'))
      expect(() => valueOf(resolveProfile(id, day), 'rectification')).toThrow('profile.figure-missing');
  });

  it('asks ten working days of filing in 涞源 alone [AUTH-12]', () => {
    expect(valueOf(resolveProfile('laiyuan', day), 'agreementFiling')).toMatchObject({ length: 10, unit: 'working-days' });
    expect(valueOf(resolveProfile('laiyuan', day), 'terminationFiling')).toMatchObject({ length: 10, unit: 'working-days' });
    for (const id of ids.filter((each) => each !== 'laiyuan')) expect(valueOf(resolveProfile(id, day), 'agreementFiling')).toBeNull();
  });

  it.each(ids)('%s: three years at most, network logs six months at least [AUTH-15] [LOG-01]', (id) => {
    expect(valueOf(resolveProfile(id, day), 'termLimit').years).toBe(3);
    expect(valueOf(resolveProfile(id, day), 'logRetention').months).toBe(6);
  });

  it.each([
    ['zhejiang', ['screening:authority', 'expert-review:expert-panel', 'coordination:coordination-body', 'government-decision:government']],
    [
      'qingtian',
      [
        'screening:authority',
        'coordination:coordination-body',
        '+provider-review:provider',
        '+expert-review:expert-panel',
        'government-decision:government',
      ],
    ],
    [
      'binzhou',
      ['screening:authority', 'expert-review:expert-panel', '+industry-review:industry-authority', 'government-decision:government'],
    ],
    ['changchun', ['screening:authority', 'expert-review:expert-panel', 'coordination:coordination-body']],
    ['laiyuan', ['selection:authority']],
  ])('%s: the stages of its text, those together marked [AUTH-09]', (id, stages) => {
    const said = valueOf(resolveProfile(id, day), 'stages').map(({ key, party, together }) => `${together ? '+' : ''}${key}:${party}`);
    expect(said).toEqual(stages);
  });

  it('lets stages that the text puts together vote in any order, and the next only after both [AUTH-09]', () => {
    const stages = valueOf(resolveProfile('binzhou', day), 'stages');
    const acting = Object.fromEntries(stages.map(({ party }, n) => [party, `organisation ${String(n)}`]));
    expect(slotsInOrder(stages, acting).map(({ key, step }) => [key, step])).toEqual([
      ['screening', 0],
      ['expert-review', 1],
      ['industry-review', 1],
      ['government-decision', 2],
    ]);
  });

  it('has the parties that the texts name: product review with the industry authority in 滨州 20, three and no industry vote in 涞源 四 [REQ-03] [AUTH-28]', () => {
    expect(valueOf(resolveProfile('binzhou', day), 'admissionParties')).toEqual(['authority', 'industry-authority']);
    expect(valueOf(resolveProfile('laiyuan', day), 'dataRequestParties')).toEqual(['provider', 'authority', 'data-administration']);
    for (const id of ids) {
      const publicity = valueOf(resolveProfile(id, day), 'publicityPeriod');
      expect([id, publicity]).toEqual([id, id === 'binzhou' || id === 'laiyuan']);
    }
  });

  it('has a key for each of the thirteen agreement items of 涞源 三(三)3 [AUTH-13]', () => {
    const laiyuan = resolveProfile('laiyuan', day);
    for (const key of ['resource-catalogue', 'products-and-standards', 'supporting-platform', 'dispute-resolution'] as const)
      expect(valueOf(laiyuan, 'agreementItems')).toContain(key);
    expect(laiyuan.notes.join()).toContain('十三项');
    expect(laiyuan.notes.join()).not.toContain('十二项');
  });

  it('has the emergency plan drawn up with the departments that the text names [EMG-01]', () => {
    const wanted = (id: string) => valueOf(resolveProfile(id, day), 'emergencyPlanDepartments');
    expect(wanted('zhejiang')).toEqual(['cyberspace', 'cryptography', 'secrecy', 'public-security', 'state-security']);
    expect(wanted('qingtian')).toEqual(['cyberspace', 'public-security', 'state-security']);
    const police = [{ department: 'public-security', body: '县公安局' }] as const;
    expect(() => checkPlanFiling(police, resolveProfile('qingtian', day))).toThrow(
      refuse('emergency-plan.departments-missing', { departments: ['cyberspace', 'state-security'] }),
    );
    expect(() => checkPlanFiling([], resolveProfile('changchun', day))).not.toThrow();
  });

  it('carries the day from which each text is in force, and the end of 滨州’s three years with a warning before [ADM-04]', () => {
    const days = ids.map((id) => resolveProfile(id, day)).map(({ id, effectiveFrom, draftOf }) => [id, effectiveFrom, draftOf]);
    expect(days).toEqual([
      ['zhejiang', '2023-09-01', null],
      ['qingtian', '2024-03-24', null],
      ['binzhou', '2024-09-09', null],
      ['changchun', '2023-08-28', null],
      ['laiyuan', null, '2026-05-11'],
    ]);
    expect(() => resolveProfile('binzhou', '2024-09-08')).toThrow('profile.missing');
    expect(resolveProfile('binzhou', day)).toMatchObject({ lastDay: '2027-09-08', warnings: [] });
    expect(resolveProfile('binzhou', '2027-09-08').warnings).toEqual(['expires-soon']);
    expect(resolveProfile('binzhou', '2027-09-09').warnings).toEqual(['expired']);
  });

  it('says from its first day that another text replaces it, before that it announces it, and keeps its rules [ADM-04]', () => {
    const text = {
      profile: 'changchun',
      title: '长春市公共数据资源授权运营管理办法',
      dated: '2025-09-19',
      from: '2026-07-01',
      source: '公报',
    } as const;
    const at = (on: string, id = 'changchun') => resolveProfile(id, on, [], profiles, [text]);
    expect(at('2026-06-30')).toMatchObject({ supersededBy: null, warnings: ['superseded-soon'] });
    expect(at('2026-07-01')).toMatchObject({ supersededBy: text, warnings: ['superseded'] });
    expect(at('2026-07-01').rules).toEqual(at('2026-06-30').rules);
    expect(at('2026-07-01', 'binzhou').supersededBy).toBeNull();
    expect(() => checkSupersedingText({ ...text, from: '2026-06-09' }, [], now)).toThrow('profile.entry-in-the-past');
    expect(() => checkSupersedingText(text, [text], now)).toThrow('profile.superseding-known');
  });

  it('names a draft, an unknown day and an expired text in warnings, and refuses a jurisdiction that is not there [ADM-04]', () => {
    expect(resolveProfile('laiyuan', day).warnings).toEqual(['draft', 'dates-unconfirmed']);
    const dated = { ...zhejiang, effectiveFrom: '2023-01-01', lifeYears: 3 };
    expect(resolveProfile('zhejiang', '2025-12-31', [], [dated]).warnings).toEqual(['expires-soon']);
    expect(resolveProfile('zhejiang', '2026-01-01', [], [dated]).warnings).toEqual(['expired']);
    expect(() => resolveProfile('zhejiang', '2022-12-31', [], [dated])).toThrow('profile.missing');
    expect(() => resolveProfile('atlantis', day)).toThrow('profile.missing');
  });

  it('takes the newest version that has begun, and the parent of that day [ADM-04]', () => {
    const next = { ...zhejiang, version: 2, effectiveFrom: '2027-01-01' };
    expect(resolveProfile('zhejiang', '2026-12-31', [], [...profiles, next]).version).toBe(1);
    expect(resolveProfile('qingtian', '2027-01-01', [], [...profiles, next]).lineage).toEqual(['qingtian@1', 'zhejiang@2']);
  });

  it('keeps agreed terms by the version signed under and statutory duties by today’s (design §6)', () => {
    const signed = resolveProfile('zhejiang', day);
    const today = resolveProfile('zhejiang', '2028-01-01');
    expect(governing('renewalWindow', signed, today)).toBe(signed);
    expect(governing('logRetention', signed, today)).toBe(today);
  });
});

describe('what the authority enters', () => {
  const entry: Entry = {
    profile: 'zhejiang',
    rule: 'rectification',
    value: { length: 20, unit: 'calendar-days', source: '协议第九条' },
    from: '2026-07-01',
    source: '决定〔2026〕5号',
  };

  it('applies from its day on, and to that jurisdiction [ADM-04]', () => {
    expect(() => valueOf(resolveProfile('zhejiang', '2026-06-30', [entry]), 'rectification')).toThrow('profile.figure-missing');
    expect(valueOf(resolveProfile('zhejiang', '2026-07-01', [entry]), 'rectification')).toMatchObject({ length: 20 });
    expect(() => valueOf(resolveProfile('qingtian', '2026-07-01', [entry]), 'rectification')).toThrow('profile.figure-missing');
  });

  it('needs a source, a day to come and two persons [ADM-04]', () => {
    expect(() => {
      checkEntry({ ...entry, source: '' }, [], now);
    }).toThrow('profile.source-missing');
    expect(() => {
      checkEntry({ ...entry, from: '2026-06-09' }, [], now);
    }).toThrow('profile.entry-in-the-past');
    const proposed = { ...entry, id: 'e', proposedBy: 'a', confirmedBy: null, confirmedAt: null };
    expect(() => decideEntryConfirmation(proposed, 'a', now)).toThrow('profile.same-person');
    expect(decideEntryConfirmation(proposed, 'b', now)).toEqual({ confirmedBy: 'b', confirmedAt: now });
  });

  it('never shortens retention that was promised [ADM-04] [LOG-01]', () => {
    const shorter: Entry = { ...entry, rule: 'logRetention', value: { months: 5 } };
    const longer: Entry = { ...shorter, value: { months: 12 } };
    expect(() => {
      checkEntry(shorter, [], now);
    }).toThrow('profile.retention-shortened');
    expect(() => {
      checkEntry({ ...shorter, value: { months: 6 } }, [longer], now);
    }).toThrow('profile.retention-shortened');
    expect(() => {
      checkEntry(longer, [], now);
    }).not.toThrow();
  });
});
