import type { HoldingScope } from '#kernel';
import type { Tx } from '#platform/database';
import { defineHolding } from '#platform/seams';
import type { ExportRequestRow } from '../persistence/entities.js';
import { LinksRepository } from '../persistence/links.repository.js';
import { RequestsRepository } from '../persistence/requests.repository.js';
import { underOf } from './export-views.js';
import { exportsFolder, previewOf, scenarioKey } from './places.js';

/**
 * What exports hold of a domain: files and safe previews in quarantine, and links.
 * Requests, decisions and manifests hold no data and stay as records (AUD-05).
 */
export const exportsHolding = defineHolding([RequestsRepository, LinksRepository], (requests, links) => {
  /** Of the scenarios named alone: a scenario can end while the others of its authorisation go on (SUSP-05). */
  const requestsOf = async (tx: Tx, { authorisationId, scenarioIds }: HoldingScope): Promise<ExportRequestRow[]> =>
    (await requests.ofAuthorisation(tx, authorisationId)).filter(({ scenarioId }) => scenarioIds.includes(scenarioId));
  /** What was still open ends with the domain. */
  const end = async (tx: Tx, row: ExportRequestRow): Promise<void> => {
    if (row.state === 'released') await requests.move(tx, row, { state: 'expired' });
    else if (row.state !== 'expired' && row.state !== 'withdrawn')
      await requests.move(tx, row, { state: 'withdrawn', endReason: 'domain destroyed' });
    else await requests.update(tx, row, {});
  };
  return {
    name: 'exports',
    acts: { by: 'exports', read: 'export-request.read', strike: 'export-request.destroyed' },
    folders: (_tx, { scenarioIds }) => scenarioIds.map((id) => ({ folder: exportsFolder(id), sealedBy: scenarioKey(id) })),
    async recorded(tx, { scenarioIds }) {
      const open = [];
      for (const id of scenarioIds) open.push(...(await links.openIn(tx, { kind: 'scenario', id }, tx.context.at)));
      return open.map((ref) => ({ kind: 'release-link', ref }));
    },
    objects: async (tx, scope) =>
      (await requestsOf(tx, scope)).map((row) => ({
        key: row.files[0]?.objectKey ?? previewOf(row),
        sealedBy: scenarioKey(row.scenarioId),
      })),
    async strike(tx, scope) {
      for (const { id } of await requestsOf(tx, scope)) {
        const row = await requests.lock(tx, id);
        await links.revokeOpen(tx, id);
        await end(tx, row);
        await tx.record({ action: 'export-request.destroyed', ...underOf(row), domainId: scope.domainId, before: row });
      }
    },
  };
});
