import { describe, expect, it } from '@jest/globals';
import type { Actor, Grant } from './act.js';
import { assertSees, sees } from './scope.js';

const at = '2026-05-01T00:00:00.000Z';
const who = (grant: Grant, regionIds: string[] = []): Actor => ({
  kind: 'person',
  personId: 'p',
  organisationId: 'o',
  sessionId: 's',
  grants: [grant],
  regionIds,
});

describe('what a person reaches', () => {
  it('is their own unit’s for a unit’s people; another’s does not exist for them [ISO-02]', () => {
    const manager = who({ role: 'unit-manager', scope: { kind: 'unit', organisationId: 'mine' } });
    expect(sees(manager, { unitId: 'mine' }, at)).toBe(true);
    expect(sees(manager, { unitId: 'theirs' }, at)).toBe(false);
    expect(() => assertSees(manager, { unitId: 'theirs' }, at, 'seat.not-found', 'x')).toThrow('seat.not-found');
  });

  it('is the subtree of their own authority, not another county’s [ADM-03]', () => {
    const county = who({ role: 'authority', scope: { kind: 'region', authorityId: 'county' } }, ['county', 'town']);
    expect(sees(county, { authorityId: 'town' }, at)).toBe(true);
    expect(sees(county, { authorityId: 'other-county' }, at)).toBe(false);
    expect(sees(county, { unitId: 'any' }, at)).toBe(false);
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
