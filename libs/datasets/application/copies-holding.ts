import { systemAct, type HoldingScope } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { defineHolding } from '#platform/seams';
import { folderOf, sealOf } from '../domain/dataset-copy.js';
import { uploadFolder, uploadKey } from '../domain/upload.js';
import { CopiesRepository } from '../persistence/copies.repository.js';
import { UploadsRepository } from '../persistence/uploads.repository.js';
import type { CopyFacts } from './copies.js';
import { Uploads } from './uploads.js';

/** Raw data that a domain holds: copies and what is still on its way in. Termination destroys these, never the provider's holding (DEST-01). */
export const copiesHolding = defineHolding(
  [UnitOfWork, CopiesRepository, UploadsRepository, Uploads],
  (unitOfWork, repository, uploads, uploading) => {
    /** Of the scenarios named alone: a scenario can end while the others of its authorisation go on (SUSP-05). */
    const copiesOf = async (tx: Tx, { authorisationId, scenarioIds }: HoldingScope): Promise<CopyFacts[]> =>
      (await repository.ofAuthorisation(tx, authorisationId)).filter(({ scenarioId }) => scenarioIds.includes(scenarioId));
    return {
      name: 'dataset-copies',
      acts: { by: 'datasets', read: 'dataset-copy.listed', strike: 'dataset-copy.destroyed' },
      folders: async (tx, scope) => [
        ...scope.scenarioIds.map((scenarioId) => ({ folder: `scenarios/${scenarioId}/copies`, sealedBy: sealOf({ scenarioId }) })),
        ...(await copiesOf(tx, scope)).map(({ uploadId }) => ({ folder: uploadFolder(uploadId), sealedBy: uploadKey(uploadId) })),
      ],
      recorded: async (tx, scope) =>
        (await copiesOf(tx, scope))
          .filter(({ state }) => state !== 'destroyed')
          .map((copy) => ({
            ...{ kind: 'dataset-copy', ref: copy.file?.objectKey ?? folderOf(copy), sealedBy: sealOf(copy) },
            ...(copy.file === null ? {} : { bytes: copy.file.bytes }),
            note: `${copy.id} ${copy.state}`,
          })),
      async objects(tx, scope) {
        const read = [];
        for (const { file, uploadId } of await copiesOf(tx, scope)) {
          if (file !== null) read.push({ key: file.objectKey, version: file.objectVersion, sealedBy: file.sealedBy });
          for (const key of await uploads.parts(tx, uploadId)) read.push({ key, sealedBy: uploadKey(uploadId) });
        }
        return read;
      },
      async stop(scope, at) {
        const copies = await unitOfWork.read(systemAct('datasets', 'dataset-copy.listed', at), (tx) => copiesOf(tx, scope));
        for (const { uploadId } of copies) await uploading.destroy(systemAct('datasets', 'upload.destroyed', at), uploadId);
      },
      async strike(tx, scope) {
        for (const copy of await copiesOf(tx, scope)) {
          const row = await repository.lock(tx, copy.id, 'update');
          if (row.state === 'destroyed') continue;
          const after = await repository.move(tx, row, { state: 'destroyed', destroyedAt: tx.context.at });
          await repository.removeBadRows(tx, copy.id);
          const { unitId, authorisationId, scenarioId } = copy;
          const object = { kind: 'dataset-copy', id: copy.id };
          await tx.record({ action: 'dataset-copy.destroyed', object, unitId, authorisationId, scenarioId, before: row, after });
        }
      },
    };
  },
);
