import { describe, expect, it } from '@jest/globals';
import { authority, coordination, experts, government, id, now, registered, zhejiang } from '../../../test/fixtures/authorisations.js';
import { refuse } from './refusals.js';
import {
  type StageBody,
  checkBody,
  decideBodyConfirmation,
  decideBodyEnd,
  decideBodyEndConfirmation,
  nearestBodies,
  requiredBodies,
} from './stage-body.js';

const proposed: StageBody = {
  id: id(400),
  state: 'proposed',
  authorityId: authority,
  party: 'expert-panel',
  organisationId: experts,
  source: '名录',
  proposedBy: id(20),
  confirmedBy: null,
  from: null,
  until: null,
  endProposedBy: null,
  endedBy: null,
  reason: null,
};
const person = (n: number, ...roles: readonly ('security-admin' | 'platform-operator' | 'audit-admin' | 'authority')[]) => ({
  personId: id(n),
  grants: roles.map((role) => ({ role })),
});
const security = person(20, 'security-admin');
const operator = person(21, 'platform-operator');
const notTwoSides = [
  [security, security],
  [security, person(22, 'security-admin')],
  [person(20), operator],
  [security, person(21)],
  [security, person(21, 'authority')],
  [security, person(21, 'audit-admin')],
  [person(20, 'security-admin', 'platform-operator'), person(20, 'platform-operator')],
] as const;

describe('a body of a region', () => {
  it('is registered by one of each side, and by nobody else [AUTH-09] [ACC-05]', () => {
    expect(decideBodyConfirmation(proposed, security, operator, now)).toEqual({ state: 'registered', confirmedBy: id(21), from: now });
    expect(decideBodyConfirmation(proposed, operator, security, now)).toMatchObject({ state: 'registered' });
    const refused = refuse('stage-body.second-side-needed');
    for (const [first, second] of notTwoSides) expect(() => decideBodyConfirmation(proposed, first, second, now)).toThrow(refused);
  });

  it('is of the kind that the text means, and holds one stage only [AUTH-09]', () => {
    expect(() => {
      checkBody(proposed, 'provider', zhejiang, {});
    }).toThrow('approval.party-of-other-kind');
    const taken = { 'coordination-body': { organisationId: experts, bodyId: id(401) } };
    expect(() => {
      checkBody(proposed, 'authority', zhejiang, taken);
    }).toThrow('approval.same-body');
    expect(() => {
      checkBody({ ...proposed, organisationId: authority }, 'authority', zhejiang, {});
    }).toThrow('approval.same-body');
    expect(() => {
      checkBody(proposed, 'evaluator', zhejiang, registered);
    }).not.toThrow();
  });

  it('is taken from the nearest authority upward, and what is missing is named', () => {
    const above: StageBody = { ...proposed, id: id(402), state: 'registered', authorityId: government };
    const own: StageBody = { ...above, id: id(403), authorityId: authority, organisationId: coordination };
    const higher: StageBody = { ...above, id: id(404), party: 'coordination-body', organisationId: id(8) };
    const bodies = nearestBodies([above, own, higher], [authority, government]);
    expect(bodies).toEqual({
      'expert-panel': { organisationId: coordination, bodyId: id(403) },
      'coordination-body': { organisationId: id(8), bodyId: id(404) },
    });
    expect(() => requiredBodies(['expert-panel', 'government'], bodies, authority)).toThrow('stage-body.missing');
    expect(requiredBodies(['expert-panel'], bodies, authority)).toEqual({ 'expert-panel': bodies['expert-panel'] });
  });

  it('is taken back while nobody confirmed it, and ends afterwards, for good, by one of each side [AUTH-09] [ACC-05]', () => {
    expect(decideBodyEnd(proposed, id(21), '误录', now)).toEqual({ state: 'withdrawn', until: now, endedBy: id(21), reason: '误录' });
    const standing: StageBody = { ...proposed, state: 'registered' };
    expect(decideBodyEnd(standing, id(21), '换届', now)).toEqual({ endProposedBy: id(21), reason: '换届' });
    expect(decideBodyEndConfirmation(standing, operator, security, now)).toEqual({ state: 'ended', until: now, endedBy: id(20) });
    for (const [first, second] of notTwoSides)
      expect(() => decideBodyEndConfirmation(standing, first, second, now)).toThrow(refuse('stage-body.second-side-needed'));
    for (const state of ['withdrawn', 'ended'] as const) {
      expect(() => decideBodyEnd({ ...proposed, state }, id(21), '换届', now)).toThrow('state.no-such-transition');
      expect(() => decideBodyEndConfirmation({ ...proposed, state }, operator, security, now)).toThrow('state.no-such-transition');
      expect(() => decideBodyConfirmation({ ...proposed, state }, security, operator, now)).toThrow('state.no-such-transition');
    }
  });
});
