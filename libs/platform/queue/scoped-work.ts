import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';

/** Of whom and for what work was ordered; all that is named must hold. */
export interface WorkScope {
  readonly personId?: Id;
  readonly unitId?: Id;
  readonly scenarioIds?: readonly Id[];
}

/** A job that may still be taken or is under way, or was given up (`dead`), whose subject must have ended. */
export interface OpenWork {
  readonly id: Id;
  readonly name: string;
  readonly key: Id;
  readonly state: 'due' | 'leased' | 'dead';
}

const open = `state IN ('due', 'leased', 'dead')`;

/** Open jobs of a scope, of every kind, oldest first. */
export function openWork(tx: Tx, { personId, unitId, scenarioIds }: WorkScope): Promise<OpenWork[]> {
  if (personId === undefined && unitId === undefined && scenarioIds === undefined) throw new Error('a scope of nothing would be all work');
  return managerOf(tx).query(
    `SELECT id, name, key, state FROM platform.work WHERE kind = 'job' AND ${open}
       AND ($1::uuid IS NULL OR person_id = $1) AND ($2::uuid IS NULL OR unit_id = $2) AND ($3::uuid[] IS NULL OR scenario_id = ANY($3))
     ORDER BY id`,
    [personId ?? null, unitId ?? null, scenarioIds ?? null],
  );
}

/** Takes one piece of work off the queue, for good: nobody takes it or goes on with it. */
export async function dropWork(tx: Tx, id: Id): Promise<void> {
  await managerOf(tx).query(`UPDATE platform.work SET state = 'cancelled', finished_at = now() WHERE id = $1 AND ${open}`, [id]);
}
