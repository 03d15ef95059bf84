import { systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { defineHolding } from '#platform/seams';
import { RunLife } from '#runs';
import { sampleFolder, sealOf } from '../domain/names.js';
import { PseudonymKeysRepository } from '../persistence/pseudonym-keys.repository.js';
import { RunsRepository } from '../persistence/runs.repository.js';
import { runObject, underOf } from './belonging.js';
import { DesensitisationRunKind } from './desensitisation-run-kind.js';

/** The samples that stand in dev, and the keys of their pseudonyms (DEST-01..03). */
export const samplesHolding = defineHolding(
  [UnitOfWork, RunLife, DesensitisationRunKind, RunsRepository, PseudonymKeysRepository],
  (unitOfWork, life, kind, repository, pseudonymKeys) => ({
    name: 'desensitised-samples',
    acts: { by: 'desensitisation', read: 'sample.listed', strike: 'sample.destroyed' },
    folders: (_tx, { scenarioIds }) => scenarioIds.map((id) => ({ folder: `scenarios/${id}/samples`, sealedBy: sealOf(id) })),
    async recorded(tx, { scenarioIds }) {
      const standing = (await repository.withResult(tx, scenarioIds)).filter((run) => run.destroyedAt === null);
      const keys = await pseudonymKeys.ofScenarios(tx, scenarioIds);
      return [
        ...standing.map((run) => ({
          ...{ kind: 'sample', ref: `${sampleFolder(run)}/data.parquet` },
          ...{ sealedBy: sealOf(run.scenarioId), bytes: run.bytes ?? 0 },
        })),
        ...keys.map((key) => ({ kind: 'pseudonym-key', ref: `pseudonym-key/${key.id}`, sealedBy: sealOf(key.scenarioId) })),
      ];
    },
    objects: async (tx, { scenarioIds }) =>
      (await repository.withResult(tx, scenarioIds)).flatMap(({ objectKey, scenarioId }) =>
        objectKey === null ? [] : [{ key: objectKey, sealedBy: sealOf(scenarioId) }],
      ),
    async stop({ scenarioIds }, at) {
      for (const scenarioId of scenarioIds)
        await unitOfWork.run(systemAct('desensitisation', 'desensitisation-run.cancelled', at), (tx) => life.cut(tx, kind, { scenarioId }));
    },
    async strike(tx, { authorisationId, scenarioIds }) {
      for (const found of await repository.withResult(tx, scenarioIds)) {
        const run = await repository.lock(tx, found.id);
        if (run.destroyedAt !== null) continue;
        await repository.update(tx, run, { destroyedAt: tx.context.at });
        await tx.record({ action: 'sample.destroyed', object: runObject(run), ...underOf(run) });
      }
      for (const { id, scenarioId } of await pseudonymKeys.ofScenarios(tx, scenarioIds)) {
        await pseudonymKeys.remove(tx, id);
        const object = { kind: 'pseudonym-key', id };
        await tx.record({ action: 'pseudonym-key.destroyed', object, authorisationId, scenarioId });
      }
    },
    /** Named by scenario, not by key: what was tried before destruction must be tried again after it, when no key's row is left. */
    async attempts(tx, { scenarioIds }, readBacks) {
      const left = Map.groupBy(await pseudonymKeys.ofScenarios(tx, scenarioIds), (key) => key.scenarioId);
      return scenarioIds.map((scenarioId) => {
        const wrapped = (left.get(scenarioId) ?? []).map((key) => key.wrapped);
        return () => readBacks.wrapped(`unwrap the pseudonym keys of scenario ${scenarioId}`, sealOf(scenarioId), wrapped);
      });
    },
  }),
);
