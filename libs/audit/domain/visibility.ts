import { type Actor, type Instant, type Reach, type Role, reachOf } from '#kernel';

const readers: readonly Role[] = ['audit-admin', 'security-admin', 'authority', 'unit-manager', 'evaluator'];

/**
 * Which entries someone may read: what the roles that read the log reach. Audit and security administrators read the whole log, an
 * authority what concerns it and those below it (ADM-03), a unit's manager the unit's own, an evaluator the unit of a mandate while it
 * runs. What names no unit (an audit case about it, AUD-07) no unit sees.
 */
export const visibilityOf = (actor: Actor, at: Instant): Reach =>
  reachOf(actor.kind === 'system' ? actor : { ...actor, grants: actor.grants.filter(({ role }) => readers.includes(role)) }, at);
