import type { Id, Instant } from '#kernel';
import { managerOf, type Tx } from './tx.js';

/** An act or read of a person as the journal has it; refused ones are none. */
export interface Acted {
  readonly at: Instant;
  readonly personId: Id;
  readonly action: string;
  readonly objectKind: string;
  readonly objectId: string;
}

/**
 * What people did in a span of time, oldest first.
 * @param under leaves out what the journal places under another authorisation or scenario; null for everything they did
 */
export async function actedBetween(
  tx: Tx,
  people: readonly Id[],
  under: { readonly authorisationId: Id | null; readonly scenarioId: Id | null } | null,
  from: Instant,
  until: Instant,
  limit: number,
): Promise<readonly Acted[]> {
  if (people.length === 0) return [];
  const rows: { at: Date; person_id: Id; action: string; object_kind: string; object_id: string }[] = await managerOf(tx).query(
    `SELECT recorded_at AS at, person_id, action, object_kind, object_id FROM platform.journal
     WHERE person_id = ANY($1) AND outcome <> 'refused' AND recorded_at >= $2 AND recorded_at <= $3
       AND ($4::uuid IS NULL OR authorisation_id IS NULL OR authorisation_id = $4)
       AND ($5::uuid IS NULL OR scenario_id IS NULL OR scenario_id = $5)
     ORDER BY id LIMIT $6`,
    [people, from, until, under?.authorisationId ?? null, under?.scenarioId ?? null, limit],
  );
  return rows.map((row) => ({
    at: row.at.toISOString(),
    personId: row.person_id,
    action: row.action,
    objectKind: row.object_kind,
    objectId: row.object_id,
  }));
}
