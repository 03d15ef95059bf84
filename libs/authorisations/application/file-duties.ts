import { type Id, newId } from '#kernel';
import type { Tx } from '#platform/database';
import type { Filing } from '../domain/filing.js';
import type { AuthorisationsRepository } from '../persistence/authorisations.repository.js';

/** Opens filing duties of an authorisation; the caller journals. */
export async function fileDuties(
  tx: Tx,
  repository: AuthorisationsRepository,
  authorisationId: Id,
  duties: readonly Filing[],
): Promise<void> {
  for (const duty of duties) await repository.addFiling(tx, { id: newId(), authorisationId, ...duty });
}
