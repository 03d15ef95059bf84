import { assertMove, type Id, type Instant, type Transitions } from '#kernel';
import { refuse } from './refusals.js';

export const lockGrounds = ['left', 'not-needed', 'misconduct', 'incident', 'suspension', 'drill'] as const;
export type LockGround = (typeof lockGrounds)[number];

export type LockState = 'locked' | 'lifted';
export const lockTransitions = { locked: ['lifted'], lifted: [] } as const satisfies Transitions<LockState>;

/** A lock that stands. A person may have several, each from its own cause; one is enough to keep them out. */
export interface OpenLock {
  readonly id: Id;
  readonly since: Instant;
}

/**
 * Grounds under which it is judged whether the person may come back: that takes somebody else than who locked (design §2.15), and no
 * colleague of the person.
 */
const judged: readonly LockGround[] = ['misconduct', 'incident'];

/** @throws Refusal where this person may not lift the lock. Whether the person is in their scope is for the caller to ask. */
export function assertMayLift(
  lock: { readonly personId: Id; readonly state: LockState; readonly ground: LockGround; readonly lockedBy: Id | null },
  lifterId: Id,
  colleague = false,
): void {
  if (lifterId === lock.personId) throw refuse('identity.own-lock');
  assertMove(lockTransitions, lock.state, 'lifted', 'person-lock');
  if (judged.includes(lock.ground) && (lifterId === lock.lockedBy || colleague))
    throw refuse('identity.lift-needs-another', { ground: lock.ground });
}

/** @throws Refusal `identity.person-locked`. */
export function assertNotLocked(personId: Id, locks: readonly OpenLock[]): void {
  const [first] = locks;
  if (first !== undefined) throw refuse('identity.person-locked', { personId, since: first.since });
}
