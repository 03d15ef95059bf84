import { type Id, type JobType, type Lane } from '#kernel';
import type { EntityManager } from 'typeorm';
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
  const rows: { person: number; unit: number }[] = await manager.query(
    `SELECT count(*) FILTER (WHERE person_id = $2)::int AS person, count(*) FILTER (WHERE unit_id = $3)::int AS unit
       FROM platform.work WHERE lane = $1 AND state IN ('due', 'leased') AND (person_id = $2 OR unit_id = $3)`,
    [lane, personId, unitId],
  );
  const open = rows[0] ?? { person: 0, unit: 0 };
  for (const whose of ['person', 'unit'] as const)
    if (open[whose] >= limits[whose]) throw refuse('work.too-much-waiting', { lane, whose, limit: limits[whose], open: open[whose] });
}
