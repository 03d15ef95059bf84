import { describe, expect, it } from '@jest/globals';
import { grantsAt, missingDetails, organisationsAt, recordAt, separationConflict, standsUntil, type PersonnelRecord } from './personnel.js';
import { areAffiliated, type Organisation } from './organisation.js';

const record = (change: Partial<PersonnelRecord>): PersonnelRecord => ({
  id: 'r',
  kind: 'training',
  validFrom: '2026-01-01',
  validUntil: '2026-06-30',
  evidenceDigest: 'sha256:0',
  withdrawn: false,
  details: {},
  ...change,
});

describe('what a person stands on', () => {
  it('ends with the first of today’s affiliations, roles and mandates, not with one that is over or still to come', () => {
    const at = '2026-03-01T04:00:00.000Z';
    const affiliation = (from: string, until: string | null) => ({ organisationId: 'o', from, until });
    const facts = {
      affiliations: [affiliation('2020-01-01', null), affiliation('2020-01-01', '2026-02-01'), affiliation('2026-04-01', '2026-04-02')],
    };
    const role = { role: 'provider', from: '2026-01-01', until: '2026-08-31', scope: { kind: 'unit', organisationId: 'o' } } as const;
    const mandate = {
      role: 'evaluator',
      from: '2026-01-01',
      until: null,
      scope: { kind: 'mandate', organisationId: 'o', from: '2026-01-01', until: '2026-07-31' },
    } as const;
    expect(standsUntil(facts, [], at)).toBeNull();
    expect(standsUntil(facts, [role], at)).toBe('2026-08-31T16:00:00.000Z');
    expect(standsUntil(facts, [role, mandate], at)).toBe('2026-07-31T16:00:00.000Z');
  });
});

describe('personnel records', () => {
  it('hold from the first to the last day, as Asia/Shanghai counts days', () => {
    const facts = { records: [record({})] };
    expect(recordAt(facts, 'training', '2026-06-30T15:59:59.999Z')).toBeDefined();
    expect(recordAt(facts, 'training', '2026-06-30T16:00:00.000Z')).toBeUndefined();
    expect(recordAt(facts, 'training', '2025-12-31T16:00:00.000Z')).toBeDefined();
    expect(recordAt(facts, 'training', '2025-12-31T15:59:59.999Z')).toBeUndefined();
  });

  it('do not hold once withdrawn, and of several the longest counts', () => {
    const long = record({ id: 'long', validUntil: null });
    expect(recordAt({ records: [record({}), long] }, 'training', '2026-03-01T00:00:00.000Z')?.id).toBe('long');
    expect(recordAt({ records: [record({ withdrawn: true })] }, 'training', '2026-03-01T00:00:00.000Z')).toBeUndefined();
  });

  it('must state what their kind states; blanks do not count [PERS-03] [PERS-04]', () => {
    expect(missingDetails('confidentiality-agreement', { signer: '本人', period: ' ' })).toEqual(['period', 'liability']);
    expect(missingDetails('training', { certificate: 'A-1', organiser: '省数据局' })).toEqual([]);
    expect(missingDetails('training', {})).toEqual(['certificate', 'organiser']);
  });
});

describe('affiliations and roles', () => {
  it('end with their last day', () => {
    const facts = {
      affiliations: [
        { organisationId: 'a', from: '2026-01-01', until: '2026-01-31' },
        { organisationId: 'b', from: '2026-02-01', until: null },
      ],
    };
    expect(organisationsAt(facts, '2026-01-31T15:00:00.000Z')).toEqual(['a']);
    expect(organisationsAt(facts, '2026-01-31T16:00:00.000Z')).toEqual(['b']);
    const grants = [{ role: 'evaluator' as const, scope: { kind: 'platform' as const }, from: '2026-01-01', until: '2026-01-31' }];
    expect(grantsAt(grants, '2026-02-01T00:00:00.000Z')).toEqual([]);
  });

  it('keep the three administrators three people, whichever of them a person already is', () => {
    const three = ['platform-operator', 'security-admin', 'audit-admin'] as const;
    for (const held of three)
      for (const wanted of three) expect(separationConflict([held, 'evaluator'], wanted)).toBe(held === wanted ? undefined : held);
    expect(separationConflict(['platform-operator'], 'evaluator')).toBeUndefined();
  });
});

describe('affiliates', () => {
  const organisation = (id: string, change: Partial<Organisation> = {}): Organisation => ({
    id,
    version: 1,
    kind: 'unit',
    name: id,
    creditCode: id,
    parentId: null,
    affiliateIds: [],
    region: null,
    ...change,
  });
  it('are those that either side declares, and those with one credit code [AUTH-29]', () => {
    expect(areAffiliated(organisation('a', { affiliateIds: ['b'] }), organisation('b'))).toBe(true);
    expect(areAffiliated(organisation('b'), organisation('a', { affiliateIds: ['b'] }))).toBe(true);
    expect(areAffiliated(organisation('a', { creditCode: 'x' }), organisation('b', { creditCode: 'x' }))).toBe(true);
    expect(areAffiliated(organisation('a'), organisation('b'))).toBe(false);
  });
});
