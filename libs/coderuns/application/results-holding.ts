import { UnitOfWork } from '#platform/database';
import { defineHolding } from '#platform/seams';
import { RunLife, runResults } from '#runs';
import { quarantineOf, sealOf, trialsOf } from '../domain/names.js';
import { CodeRunKind } from './code-run-kind.js';

/** Results and logs of code runs, in quarantine and of trials (DEST-01..03). */
export const resultsHolding = defineHolding([UnitOfWork, RunLife, CodeRunKind], (unitOfWork, life, kind) => {
  const { standing, ...results } = runResults(unitOfWork, life, kind, { sealOf, destroyed: 'code-run.destroyed' });
  return {
    ...results,
    name: 'code-run-results',
    acts: { by: 'coderuns', read: 'code-run.listed', strike: 'code-run.destroyed' },
    folders: (_tx, { scenarioIds }) =>
      scenarioIds.flatMap((id) => [quarantineOf(id), trialsOf(id)].map((folder) => ({ folder, sealedBy: sealOf(id) }))),
    recorded: async (tx, scope) =>
      (await standing(tx, scope)).map((run) => ({
        ...{ kind: 'code-run-result', ref: run.objectKey ?? run.id },
        ...{ sealedBy: sealOf(run.scenarioId), bytes: run.bytes ?? 0 },
      })),
  };
});
