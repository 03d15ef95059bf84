import { type Actor, dayOf, type Id, type Instant, regionsOf } from '#kernel';

/** Which entries someone may read. `everything`, or what belongs to these units and to the authorisations of these authorities. */
export type Visibility =
  { readonly kind: 'everything' } | { readonly kind: 'some'; readonly unitIds: readonly Id[]; readonly authorityIds: readonly Id[] };

const seesAll = ['audit-admin', 'security-admin'];

/**
 * Audit and security administrators read the whole log, an authority what concerns it and those below it (ADM-03), a unit's manager
 * the unit's own, an evaluator the unit of a mandate while it runs. What names no unit (an audit case about it, AUD-07) no unit sees.
 */
export function visibilityOf(actor: Actor, at: Instant): Visibility {
  if (actor.kind === 'system') return { kind: 'everything' };
  if (actor.grants.some(({ role }) => seesAll.includes(role))) return { kind: 'everything' };
  const unitIds = actor.grants.flatMap(({ role, scope }) => {
    if (scope.kind === 'unit' && role === 'unit-manager') return [scope.organisationId];
    const today = dayOf(at);
    return scope.kind === 'mandate' && scope.from <= today && today <= scope.until ? [scope.organisationId] : [];
  });
  const authorityIds = regionsOf({ ...actor, grants: actor.grants.filter(({ role }) => role === 'authority') });
  return { kind: 'some', unitIds: [...new Set(unitIds)], authorityIds };
}
