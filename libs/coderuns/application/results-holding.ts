import { systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { defineHolding } from '#platform/seams';
import { RunLife } from '#runs';
import { quarantineOf, sealOf, trialsOf } from '../domain/names.js';
import { CodeRunsRepository } from '../persistence/code-runs.repository.js';
import { CodeRunKind } from './code-run-kind.js';
import { runObject, underOf } from './subjects.js';

/** Results and logs of code runs, in quarantine and of trials (DEST-01..03). */
export const resultsHolding = defineHolding(
  [UnitOfWork, RunLife, CodeRunKind, CodeRunsRepository],
  (unitOfWork, life, kind, repository) => ({
    name: 'code-run-results',
    acts: { by: 'coderuns', read: 'code-run.listed', strike: 'code-run.destroyed' },
    folders: (_tx, { scenarioIds }) =>
      scenarioIds.flatMap((id) => [quarantineOf(id), trialsOf(id)].map((folder) => ({ folder, sealedBy: sealOf(id) }))),
    recorded: async (tx, { scenarioIds }) =>
      (await repository.withResult(tx, scenarioIds))
        .filter((run) => run.destroyedAt === null)
        .map((run) => ({
          ...{ kind: 'code-run-result', ref: run.objectKey ?? run.id },
          ...{ sealedBy: sealOf(run.scenarioId), bytes: run.bytes ?? 0 },
        })),
    objects: async (tx, { scenarioIds }) =>
      (await repository.withResult(tx, scenarioIds)).flatMap(({ objectKey, scenarioId }) =>
        objectKey === null ? [] : [{ key: objectKey, sealedBy: sealOf(scenarioId) }],
      ),
    async stop({ scenarioIds }, at) {
      for (const scenarioId of scenarioIds)
        await unitOfWork.run(systemAct('coderuns', 'code-run.cancelled', at), (tx) => life.cut(tx, kind, { scenarioId }));
    },
    async strike(tx, { scenarioIds }) {
      for (const found of await repository.withResult(tx, scenarioIds)) {
        const run = await repository.lock(tx, found.id);
        if (run.destroyedAt !== null) continue;
        await repository.update(tx, run, { destroyedAt: tx.context.at });
        await tx.record({ action: 'code-run.destroyed', object: runObject(run), ...underOf(run) });
      }
    },
  }),
);
