import { fullShare, type Id, type JobType, type Lane } from '#kernel';
import type { EntityManager } from 'typeorm';
import { openOf } from './open-count.js';
import { refuse } from './refusals.js';

/**
 * How much of a lane may wait or run for one person and for one unit. Lanes that are not named have no such limit: what stands in them
 * was ordered by the state of things, not by a person's wish.
 */
export const waitingLimits: Partial<Record<Lane, { readonly person: number; readonly unit: number }>> = {
  work: { person: 50, unit: 200 },
  trials: { person: 10, unit: 40 },
};

/** @throws Refusal `work.too-much-waiting` (429) naming whose share is full. */
export async function assertRoom(manager: EntityManager, { lane }: JobType, unitId: Id | null, personId: Id | null): Promise<void> {
  const limits = waitingLimits[lane];
  if (limits === undefined || personId === null) return;
  const whose = { person: ['person_id', personId], unit: ['unit_id', unitId] } as const;
  const full = fullShare(await openOf(manager, 'platform.work', whose, `lane = '${lane}' AND state IN ('due', 'leased')`), limits);
  if (full !== undefined) throw refuse('work.too-much-waiting', { lane, ...full });
}
