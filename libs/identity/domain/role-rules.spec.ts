import { describe, expect, it } from '@jest/globals';
import { roles, type PermissionScope } from '#kernel';
import { organisationKinds } from './organisation.js';
import { fitsRole, homeFor, isAdministrator, roleRules, separationConflict } from './role-rules.js';

const scopes: readonly PermissionScope[] = [
  { kind: 'platform' },
  { kind: 'unit', organisationId: 'named' },
  { kind: 'region', authorityId: 'named' },
  { kind: 'dataset', datasetId: 'd' },
  { kind: 'mandate', organisationId: 'named', from: '2026-01-01', until: '2026-12-31' },
];

describe('the rules of roles', () => {
  it('keep the three administrators three people, whichever of them a person already is', () => {
    for (const held of roles.filter(isAdministrator))
      for (const wanted of roles.filter(isAdministrator))
        expect(separationConflict([held, 'evaluator'], wanted)).toBe(held === wanted ? undefined : held);
    expect(separationConflict(['platform-operator'], 'evaluator')).toBeUndefined();
  });

  it('give nobody of a vendor a role with data, and no administrator to a unit [ACC-06]', () => {
    for (const role of roles) expect(roleRules[role].kinds.includes(isAdministrator(role) ? 'unit' : 'vendor')).toBe(false);
  });

  it('let a role in one organisation rest on belonging to that one, a region’s on belonging to an authority within it, for every kind [ADM-03]', () => {
    const named = { organisationId: 'named', below: ['named', 'below'] };
    for (const role of roles)
      for (const scope of scopes)
        for (const kind of organisationKinds)
          for (const organisationId of ['named', 'below', 'competitor']) {
            const home = homeFor(role, scope, named, [{ affiliationId: 'a', organisationId, kind }]);
            if (home === undefined) continue;
            expect(roleRules[role].kinds).toContain(kind);
            if (scope.kind === 'unit' || scope.kind === 'dataset') expect(organisationId).toBe('named');
            if (scope.kind === 'region' && role !== 'evaluator') expect([organisationId, kind]).not.toContain('competitor');
            if (scope.kind === 'region' && role !== 'evaluator') expect(['authority', 'industry-authority']).toContain(kind);
          }
    expect(
      homeFor('authority', { kind: 'region', authorityId: 'named' }, named, [
        { affiliationId: 'a', organisationId: 'below', kind: 'authority' },
      ]),
    ).toBeDefined();
    expect(fitsRole('authority', { kind: 'platform' })).toBe(false);
  });
});
