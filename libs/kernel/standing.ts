import type { Actor, Grant } from './act.js';
import type { Instant } from './clock.js';
import type { Id } from './ids.js';
import { sees, type Parties } from './scope.js';

/**
 * By which grant a person decides for an organisation, or nothing. Belonging to it is not enough: the role must have been granted in that
 * organisation's own scope (ACC-05). A superior's officer does not decide in a subordinate's place.
 * @param about what is decided on: a provider charged with one dataset decides on that alone, an evaluator within its mandate.
 */
export function standingFor(actor: Actor, organisationId: Id, about: Parties, at: Instant): Grant | undefined {
  if (actor.kind !== 'person') return undefined;
  return actor.grants.find((grant) => {
    const { role, scope } = grant;
    if (role === 'authority') return scope.kind === 'region' && scope.authorityId === organisationId;
    if (grant.organisationId !== organisationId) return false;
    if (role === 'provider')
      return scope.kind === 'unit'
        ? scope.organisationId === organisationId
        : scope.kind === 'dataset' && scope.datasetId === about.datasetId;
    if (role === 'unit-manager') return scope.kind === 'unit' && scope.organisationId === organisationId;
    return role === 'evaluator' && sees({ ...actor, grants: [grant] }, about, at);
  });
}
