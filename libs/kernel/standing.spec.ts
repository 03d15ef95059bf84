import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { roles, type Actor, type Grant, type PermissionScope } from './act.js';
import { standingFor } from './standing.js';

const at = '2026-05-01T00:00:00.000Z';
const about = { unitId: 'unit', authorityId: 'authority', datasetId: 'd' };
const organisations = ['authority', 'superior', 'provider', 'unit', 'panel'];
const place = fc.constantFrom(...organisations);
const scope: fc.Arbitrary<PermissionScope> = fc.oneof(
  fc.constant({ kind: 'platform' } as const),
  place.map((organisationId) => ({ kind: 'unit', organisationId }) as const),
  place.map((authorityId) => ({ kind: 'region', authorityId }) as const),
  fc.constantFrom('d', 'e').map((datasetId) => ({ kind: 'dataset', datasetId }) as const),
  fc
    .record({ organisationId: place, until: fc.constantFrom('2026-04-30', '2026-05-01') })
    .map((one) => ({ kind: 'mandate', from: '2026-01-01', ...one }) as const),
);
const grant: fc.Arbitrary<Grant> = fc
  .record({ id: fc.uuid(), role: fc.constantFrom(...roles), scope, organisationId: place })
  .filter(({ role, scope: within }) => role !== 'evaluator' || (within.kind !== 'unit' && within.kind !== 'dataset'));
const person = (grants: readonly Grant[], organisationIds: readonly string[]): Actor => ({
  kind: 'person',
  personId: 'p',
  organisationId: organisationIds[0] ?? 'none',
  sessionId: 's',
  grants,
  organisationIds,
  regions: { superior: ['superior', 'authority', 'unit'], authority: ['authority', 'unit'] },
});

describe('for which party someone decides', () => {
  it('comes from a role granted in that party’s own scope, never from belonging to it, and names that grant [ACC-05]', () => {
    fc.assert(
      fc.property(fc.array(grant, { maxLength: 4 }), fc.subarray(organisations), place, (grants, belongs, party) => {
        const standing = standingFor(person(grants, belongs), party, about, at);
        expect(standingFor(person(grants, []), party, about, at)).toBe(standing);
        if (standing === undefined) return;
        expect(grants).toContain(standing);
        const { role, scope: within } = standing;
        expect(['authority', 'provider', 'unit-manager', 'evaluator']).toContain(role);
        if (role === 'authority') expect(within).toEqual({ kind: 'region', authorityId: party });
        else expect(standing.organisationId).toBe(party);
        if (within.kind === 'unit') expect(within.organisationId).toBe(party);
        if (within.kind === 'dataset') expect(within.datasetId).toBe('d');
        if (within.kind === 'mandate') expect([within.organisationId, within.until]).toEqual(['unit', '2026-05-01']);
      }),
      { numRuns: 2000 },
    );
  });

  it('is nobody’s for a part of the system', () => {
    expect(standingFor({ kind: 'system', component: 'x' }, 'authority', about, at)).toBeUndefined();
  });
});
