import type { JobType } from '#kernel';
import { Implements, type WorkEnd } from '#platform/seams';
import type { FactoryProvider, Type } from '@nestjs/common';
import type { RunKind } from './run-kind.js';
import { RunLife } from './run-life.js';

/** How a cut ends the work of a kind of runs: among the providers of its context's module. */
export function runEnd(kind: Type<RunKind>, jobs: readonly JobType[]): FactoryProvider<WorkEnd> {
  const useFactory = (life: RunLife, runs: RunKind): WorkEnd => ({
    jobs,
    by: runs.context,
    action: runs.actions.cancelled,
    end: (tx, key) => life.cutOne(tx, runs, key),
    async look(tx, key) {
      const { state, finishedAt } = await runs.table.get(tx, key);
      return { object: `${runs.kind}/${key}`, state: `run ${state}`, over: finishedAt !== null };
    },
  });
  Implements('work-end')(useFactory);
  return { provide: Symbol('work-end'), inject: [RunLife, kind], useFactory };
}
