import { regionsOf, type Actor, type Id } from '#kernel';

/** Organisations whose people an act's roles reach: all for the platform's administrators, for an authority those under it. */
export const reachOfPeople = (actor: Actor): readonly Id[] | 'all' =>
  actor.kind === 'system' || actor.grants.some(({ scope }) => scope.kind === 'platform') ? 'all' : regionsOf(actor);
