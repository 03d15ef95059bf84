import { describe, expect, it } from '@jest/globals';
import { addMs } from '#kernel';
import fc from 'fast-check';
import { areAffiliated, assertSuperior, organisationKinds, type Organisation } from './organisation.js';
import { assertNotBackdated, grantsAt, missingDetails, organisationsAt, standsUntil } from './personnel.js';

describe('what a person stands on', () => {
  it('ends with the first of the moment’s affiliations, roles and mandates, not with one that is over or still to come', () => {
    const at = '2026-03-01T04:00:00.000Z';
    const began = '2020-01-01T00:00:00.000Z';
    const affiliation = (from: string, until: string | null) => ({ id: 'a', organisationId: 'o', from, until, documentedFrom: null });
    const facts = {
      affiliations: [
        affiliation(began, null),
        affiliation(began, '2026-02-01T00:00:00.000Z'),
        affiliation('2026-04-01T00:00:00.000Z', '2026-04-02T00:00:00.000Z'),
      ],
    };
    const held = { id: 'g', affiliationId: 'a', from: '2026-01-01T00:00:00.000Z' } as const;
    const role = {
      ...held,
      role: 'provider',
      until: '2026-08-31T16:00:00.000Z',
      scope: { kind: 'unit', organisationId: 'o' },
    } as const;
    const mandate = {
      ...held,
      role: 'evaluator',
      until: null,
      scope: { kind: 'mandate', organisationId: 'o', from: '2026-01-01', until: '2026-07-31' },
    } as const;
    expect(standsUntil(facts, [], at)).toBeNull();
    expect(standsUntil(facts, [role], at)).toBe('2026-08-31T16:00:00.000Z');
    expect(standsUntil(facts, [role, mandate], at)).toBe('2026-07-31T16:00:00.000Z');
  });
});

describe('personnel records', () => {
  it('must state what their kind states; blanks do not count [PERS-03] [PERS-04]', () => {
    expect(missingDetails('confidentiality-agreement', { signer: '本人', period: ' ' })).toEqual(['period', 'liability']);
    expect(missingDetails('training', { certificate: 'A-1', organiser: '省数据局' })).toEqual([]);
    expect(missingDetails('training', {})).toEqual(['certificate', 'organiser']);
  });
});

describe('affiliations and grants', () => {
  const start = '2026-01-01T00:00:00.000Z';
  const minute = fc.integer({ min: 0, max: 40 }).map((minutes) => addMs(start, minutes * 60_000));
  const span = fc.record({ from: minute, until: fc.option(minute) });
  const counts = ({ from, until }: { from: string; until: string | null }, at: string): boolean =>
    from <= at && (until === null || at < until);

  it('count from their instant to their instant, and a grant only while the very affiliation that it rests on lasts', () => {
    fc.assert(
      fc.property(span, span, span, minute, (first, again, held, at) => {
        const home = (id: string, dates: typeof first) => ({ id, organisationId: 'unit', documentedFrom: '2020-01-01', ...dates });
        const affiliations = [home('first', first), home('again', again)];
        const grant = {
          id: 'g',
          role: 'unit-manager',
          scope: { kind: 'unit', organisationId: 'unit' },
          affiliationId: 'first',
          ...held,
        } as const;
        const expected = counts(held, at) && counts(first, at);
        expect(grantsAt([grant], { affiliations }, at).map(({ id }) => id)).toEqual(expected ? ['g'] : []);
        expect(organisationsAt({ affiliations }, at)).toHaveLength(Number(counts(first, at)) + Number(counts(again, at)));
      }),
    );
  });

  it('never begin or end before the act that says so', () => {
    expect(() => {
      assertNotBackdated(addMs(start, -1), start);
    }).toThrow('identity.backdated');
    for (const named of [start, addMs(start, 1), null, undefined])
      expect(() => {
        assertNotBackdated(named, start);
      }).not.toThrow();
  });
});

describe('the superior of an organisation', () => {
  it('is an authority, and units and providers must have one [ADM-03]', () => {
    for (const kind of organisationKinds) {
      const alone = () => {
        assertSuperior(kind, undefined);
      };
      if (kind === 'unit' || kind === 'provider') expect(alone).toThrow('organisation.superior-missing');
      else expect(alone).not.toThrow();
      for (const above of organisationKinds) {
        const under = () => {
          assertSuperior(kind, { id: 'a', kind: above });
        };
        if (above === 'authority' || above === 'industry-authority') expect(under).not.toThrow();
        else expect(under).toThrow('organisation.superior-unfit');
      }
    }
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
