import { describe, expect, it } from '@jest/globals';
import { addMs, roles, type Grant, type Role } from '#kernel';
import fc from 'fast-check';
import {
  assertMayPropose,
  decideConfirmation,
  moveProposal,
  pairs,
  sidesFor,
  type Entitled,
  type RoleProposal,
  type Staffing,
} from './role-proposal.js';
import { isAdministrator } from './role-rules.js';

const at = '2026-06-01T00:00:00.000Z';
const authorityId = 'city';
const county = 'county';
const some: Staffing = { securityAdmins: 1, auditAdmins: 1, authorities: 1, vacant: [] };

function person(personId: string, role: Role, organisationId = `of ${personId}`, region = authorityId): Entitled {
  const scope = role === 'authority' ? ({ kind: 'region', authorityId: region } as const) : ({ kind: 'platform' } as const);
  const grant: Grant = { id: `grant of ${personId}`, role, scope, organisationId };
  return { personId, organisationIds: [organisationId], grants: [grant], regions: { city: ['city', county], other: ['other'] } };
}
const proposal = (role: Role, proposedBy = 'first', more: Partial<RoleProposal> = {}): RoleProposal => ({
  id: 'p',
  state: 'proposed',
  personId: 'receiver',
  role,
  scope: { kind: 'region', authorityId: county },
  until: null,
  organisationId: county,
  proposedBy,
  expiresAt: addMs(at, 1),
  ...more,
});
const confirmed = (role: Role, first: Entitled, second: Entitled, staffing = some, more: Partial<RoleProposal> = {}): string => {
  try {
    assertMayPropose(first, proposal(role, first.personId, more), staffing);
    decideConfirmation(proposal(role, first.personId, more), first, second, staffing, at);
    return 'yes';
  } catch (refusal) {
    return (refusal as { code: string }).code;
  }
};

describe('who makes a deciding person', () => {
  it('reads: an administrator by security and audit, anyone else by an authority over them and security, the first one by security and audit', () => {
    expect(pairs.map(({ what, sides }) => `${what.en}: ${sides.join(' + ')}`)).toEqual([
      'an administrator, while there is no security administrator: platform-operator + audit-admin',
      'an administrator, while there is no audit administrator: platform-operator + security-admin',
      'an administrator: security-admin + audit-admin',
      'a role for an organisation over which nobody holds authority yet: security-admin + audit-admin',
      'every other deciding role: authority + security-admin',
    ]);
  });

  it('waits where a side that was held once stands empty: no other pair takes its place', () => {
    const [security, audit] = [person('s', 'security-admin'), person('a', 'audit-admin')];
    const emptied: Staffing = { ...some, vacant: ['authority'] };
    expect(confirmed('authority', security, audit, emptied)).toBe('identity.side-vacant');
    expect(confirmed('authority', audit, security, emptied)).toBe('identity.not-entitled');
    expect(confirmed('security-admin', security, person('o', 'platform-operator'), { ...some, vacant: ['audit-admin'] })).toBe(
      'identity.side-vacant',
    );
  });

  it('takes one of each side, whichever proposes', () => {
    const [officer, security, audit] = [person('o', 'authority'), person('s', 'security-admin'), person('a', 'audit-admin')];
    expect([confirmed('authority', officer, security), confirmed('authority', security, officer)]).toEqual(['yes', 'yes']);
    expect([confirmed('audit-admin', security, audit), confirmed('audit-admin', audit, security)]).toEqual(['yes', 'yes']);
    expect(confirmed('authority', security, audit, { ...some, authorities: 0 })).toBe('yes');
    expect(confirmed('authority', security, audit)).toBe('identity.not-entitled');
  });

  it('is never one person, one administrator’s office, one organisation, or the receiver, whoever the two are and whoever else there is', () => {
    const anyone = fc.record({
      personId: fc.constantFrom('first', 'second', 'receiver'),
      role: fc.constantFrom(...roles),
      organisation: fc.constantFrom('x', 'y'),
      region: fc.constantFrom('city', 'other'),
    });
    const staffing = fc.record({ securityAdmins: fc.nat(2), auditAdmins: fc.nat(2), authorities: fc.nat(2), vacant: fc.constant([]) });
    fc.assert(
      fc.property(anyone, anyone, fc.constantFrom(...roles), staffing, (one, two, role, others) => {
        const [first, second] = [one, two].map((who) => person(who.personId, who.role, who.organisation, who.region)) as [
          Entitled,
          Entitled,
        ];
        if (confirmed(role, first, second, others) !== 'yes') return;
        expect(new Set([one.personId, two.personId, 'receiver']).size).toBe(3);
        expect(one.role).not.toBe(two.role);
        expect(new Set([one.role, two.role])).toEqual(new Set(sidesFor(role, others)));
        for (const who of [one, two]) if (who.role === 'authority') expect(who.region).toBe('city');
        if ([one.role, two.role].includes('authority')) expect(one.organisation).not.toBe(two.organisation);
        else expect(isAdministrator(one.role) && isAdministrator(two.role)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('falls with the proposer’s own role, and with its time', () => {
    const [officer, security] = [person('o', 'authority'), person('s', 'security-admin')];
    expect(confirmed('provider', officer, security, some, { expiresAt: at })).toBe('identity.proposal-expired');
    const ended = { ...officer, grants: [] };
    expect(() => {
      decideConfirmation(proposal('provider', 'o'), ended, security, some, at);
    }).toThrow('identity.second-person-needed');
  });

  it('is settled once', () => {
    const states = ['confirmed', 'refused', 'withdrawn', 'expired'] as const;
    for (const from of states)
      for (const to of states)
        expect(() => moveProposal(proposal('provider', 'o', { state: from }), to, at)).toThrow('state.no-such-transition');
    for (const to of states) expect(moveProposal(proposal('provider'), to, at)).toEqual({ state: to });
  });
});
