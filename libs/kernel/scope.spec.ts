import { describe, expect, it } from '@jest/globals';
import type { Actor, Grant } from './act.js';
import { assertSees, belongsTo, reachOf, sees } from './scope.js';
import { refuse } from './kernel-refusals.js';

const at = '2026-05-01T00:00:00.000Z';
const who = (held: Pick<Grant, 'role' | 'scope'>, regions: Record<string, string[]> = {}): Actor => ({
  kind: 'person',
  personId: 'p',
  organisationId: 'o',
  sessionId: 's',
  grants: [{ id: 'g', organisationId: 'o', ...held }],
  organisationIds: ['o', 'second'],
  regions,
});

describe('what a person reaches', () => {
  it('is their own unit’s for a unit’s people; another’s does not exist for them [ISO-02]', () => {
    const manager = who({ role: 'unit-manager', scope: { kind: 'unit', organisationId: 'mine' } });
    expect(sees(manager, { unitId: 'mine' }, at)).toBe(true);
    expect(sees(manager, { unitId: 'theirs' }, at)).toBe(false);
    expect(() => assertSees(manager, { unitId: 'theirs' }, at, refuse('http.invalid-input'))).toThrow('http.invalid-input');
  });

  it('is the subtree of their own authority, not another county’s [ADM-03]', () => {
    const county = who({ role: 'authority', scope: { kind: 'region', authorityId: 'county' } }, { county: ['county', 'town'] });
    expect(sees(county, { authorityId: 'town' }, at)).toBe(true);
    expect(sees(county, { authorityId: 'other-county' }, at)).toBe(false);
    expect(sees(county, { unitId: 'any' }, at)).toBe(false);
  });

  it('is what this grant covers, not what another role of the same person covers elsewhere [ADM-03]', () => {
    const both = who({ role: 'authority', scope: { kind: 'region', authorityId: 'county' } }, { county: ['county'], city: ['city'] });
    expect(sees(both, { authorityId: 'city' }, at)).toBe(false);
    expect(reachOf(both, at).authorityIds).toEqual(['county']);
  });

  it('leaves nobody outside an organisation of theirs, also the one they do not act for [ACC-05]', () => {
    const person = who({ role: 'authority', scope: { kind: 'platform' } });
    expect([belongsTo(person, 'o'), belongsTo(person, 'second'), belongsTo(person, 'third')]).toEqual([true, true, false]);
  });

  it('ends with the mandate for evaluators [EVAL-06]', () => {
    const evaluator = who({
      role: 'evaluator',
      scope: { kind: 'mandate', organisationId: 'unit', from: '2026-04-01', until: '2026-04-30' },
    });
    expect(sees(evaluator, { unitId: 'unit' }, '2026-04-30T12:00:00.000Z')).toBe(true);
    expect(sees(evaluator, { unitId: 'unit' }, at)).toBe(false);
    expect(sees(evaluator, { unitId: 'other' }, '2026-04-30T12:00:00.000Z')).toBe(false);
  });
});
