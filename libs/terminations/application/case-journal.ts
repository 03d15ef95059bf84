import type { JsonObject } from '#kernel';
import type { Tx } from '#platform/database';
import type { TerminationChange } from '../domain/termination-decisions.js';
import type { TerminationRow } from '../persistence/entities.js';
import { partiesOf } from './termination-views.js';

const words = {
  opened: 'termination.unheld',
  'access-closed': 'termination.access-closed',
  'exits-decided': 'termination.exits-decided',
  inventoried: 'termination.inventoried',
  destroying: 'termination.destroying',
  verifying: 'termination.verifying',
  certified: 'termination.certified',
  pending: 'termination.pending',
  held: 'termination.held',
} as const;

/** Writes down a step of a case. Coming back from a hold is a step of its own, wherever it leads. */
export async function recordStep(
  tx: Tx,
  row: TerminationRow,
  change: TerminationChange,
  details?: JsonObject,
  document?: unknown,
): Promise<void> {
  await tx.record({
    action: change.from === 'held' ? 'termination.unheld' : words[change.to],
    object: { kind: 'termination', id: row.id },
    ...partiesOf(row),
    before: { state: change.from },
    after: document ?? { state: change.to },
    ...(details === undefined ? {} : { details }),
  });
}
