import { UnitOfWork } from '#platform/database';
import { defineHolding } from '#platform/seams';
import { RunLife, runResults } from '#runs';
import { sampleFolder, sealOf } from '../domain/names.js';
import { PseudonymKeysRepository } from '../persistence/pseudonym-keys.repository.js';
import { DesensitisationRunKind } from './desensitisation-run-kind.js';

/** The samples that stand in dev, and the keys of their pseudonyms (DEST-01..03). */
export const samplesHolding = defineHolding(
  [UnitOfWork, RunLife, DesensitisationRunKind, PseudonymKeysRepository],
  (unitOfWork, life, kind, pseudonymKeys) => {
    const { standing, ...samples } = runResults(unitOfWork, life, kind, { sealOf, destroyed: 'sample.destroyed' });
    return {
      ...samples,
      name: 'desensitised-samples',
      acts: { by: 'desensitisation', read: 'sample.listed', strike: 'sample.destroyed' },
      folders: (_tx, { scenarioIds }) => scenarioIds.map((id) => ({ folder: `scenarios/${id}/samples`, sealedBy: sealOf(id) })),
      async recorded(tx, scope) {
        const keys = await pseudonymKeys.ofScenarios(tx, scope.scenarioIds);
        return [
          ...(await standing(tx, scope)).map((run) => ({
            ...{ kind: 'sample', ref: `${sampleFolder(run)}/data.parquet` },
            ...{ sealedBy: sealOf(run.scenarioId), bytes: run.bytes ?? 0 },
          })),
          ...keys.map((key) => ({ kind: 'pseudonym-key', ref: `pseudonym-key/${key.id}`, sealedBy: sealOf(key.scenarioId) })),
        ];
      },
      async strike(tx, scope) {
        await samples.strike(tx, scope);
        const { authorisationId, scenarioIds } = scope;
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
    };
  },
);
