import { type Actor, belongsTo, type Id } from '#kernel';
import { refuse } from './refusals.js';

type Person = Extract<Actor, { kind: 'person' }>;

const isAuthority = (actor: Person, authorityId: Id): boolean =>
  actor.grants.some(
    ({ role, scope }) => role === 'authority' && scope.kind === 'region' && (actor.regions[scope.authorityId] ?? []).includes(authorityId),
  );

const isManager = (actor: Person, unitId: Id): boolean =>
  actor.grants.some(({ role, scope }) => role === 'unit-manager' && scope.kind === 'unit' && scope.organisationId === unitId);

/**
 * Acts of the deciding authority: its own people or those above it, and never someone of the unit concerned (ACC-05, ADM-03).
 * @throws Refusal `authorisation.not-the-authority`.
 */
export function assertAuthority(actor: Actor, authorityId: Id, unitId: Id): void {
  if (actor.kind === 'system') return;
  if (belongsTo(actor, unitId) || !isAuthority(actor, authorityId)) throw refuse('authorisation.not-the-authority', { authorityId });
}

/** Acts of the unit: its manager. @throws Refusal `authorisation.not-the-unit`. */
export function assertUnit(actor: Actor, unitId: Id): void {
  if (actor.kind === 'person' && !isManager(actor, unitId)) throw refuse('authorisation.not-the-unit', { unitId });
}

/** Acts that either side may do. @throws Refusal `authorisation.not-the-authority`. */
export function assertUnitOrAuthority(actor: Actor, authorityId: Id, unitId: Id): void {
  if (actor.kind === 'person' && isManager(actor, unitId)) return;
  assertAuthority(actor, authorityId, unitId);
}
