import type { Actor } from './act.js';
import { dayOf, type Instant } from './clock.js';
import type { Id } from './ids.js';
import { refuse } from './refusal.js';

/** The parties of an object, by which it is decided who may see it. */
export interface Parties {
  readonly unitId?: Id | undefined;
  readonly authorityId?: Id | undefined;
  readonly providerId?: Id | undefined;
  readonly datasetId?: Id | undefined;
}

/**
 * Whether a person reaches an object through any of its grants: platform-wide roles see all, a unit's people their unit's, an
 * authority's people what stands under their region, providers their datasets', mandates theirs while dated. ISO-02, ADM-03, EVAL-06.
 */
export function sees(actor: Actor, parties: Parties, at: Instant): boolean {
  if (actor.kind === 'system') return true;
  return actor.grants.some(({ scope }) => {
    switch (scope.kind) {
      case 'platform':
        return true;
      case 'unit':
        return scope.organisationId === parties.unitId || scope.organisationId === parties.providerId;
      case 'region':
        return parties.authorityId !== undefined && (actor.regions[scope.authorityId] ?? []).includes(parties.authorityId);
      case 'dataset':
        return scope.datasetId === parties.datasetId;
      case 'mandate':
        return scope.organisationId === parties.unitId && scope.from <= dayOf(at) && dayOf(at) <= scope.until;
    }
  });
}

/** The authorities that a person's grants cover: a role in one region says nothing of another's (ADM-03). */
export const regionsOf = (actor: Actor): readonly Id[] =>
  actor.kind === 'system'
    ? []
    : [...new Set(actor.grants.flatMap(({ scope }) => (scope.kind === 'region' ? (actor.regions[scope.authorityId] ?? []) : [])))];

/** Whether a person belongs to an organisation today, also where it is not the one they act for (ACC-05). */
export const belongsTo = (actor: Actor, organisationId: Id): boolean =>
  actor.kind === 'person' && (actor.organisationId === organisationId || actor.organisationIds.includes(organisationId));

/** The same rule for lists, as what to ask the database for. `everything` for platform-wide roles and for the system. */
export interface Reach {
  readonly everything: boolean;
  readonly unitIds: readonly Id[];
  readonly authorityIds: readonly Id[];
}

export function reachOf(actor: Actor, at: Instant): Reach {
  if (actor.kind === 'system') return { everything: true, unitIds: [], authorityIds: [] };
  const scopes = actor.grants.map(({ scope }) => scope);
  return {
    everything: scopes.some(({ kind }) => kind === 'platform'),
    unitIds: scopes.flatMap((scope) =>
      scope.kind === 'unit' || (scope.kind === 'mandate' && scope.from <= dayOf(at) && dayOf(at) <= scope.until)
        ? [scope.organisationId]
        : [],
    ),
    authorityIds: regionsOf(actor),
  };
}

/** @throws Refusal `code` (a 404 of the caller's context): another's object does not exist for those who may not see it. */
export function assertSees(actor: Actor, parties: Parties, at: Instant, code: string, id: Id): void {
  if (!sees(actor, parties, at)) throw refuse(code, { id });
}

/** The organisation a person acts for. @throws Refusal `identity.person-needed` when a part of the system asks. */
export function personOf(actor: Actor): Extract<Actor, { kind: 'person' }> {
  if (actor.kind !== 'person') throw refuse('identity.person-needed');
  return actor;
}
