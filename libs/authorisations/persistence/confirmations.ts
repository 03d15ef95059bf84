import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';

/**
 * Confirmations of what several rows must fit together for come one after the other, and each sees what the one before it made. Not on a
 * snapshot: what was cut while an act waited would not be seen by it.
 */
export async function oneAfterTheOther(tx: Tx): Promise<void> {
  await managerOf(tx).query(`SELECT pg_advisory_xact_lock(hashtext('authorisations.confirmations'))`);
}
