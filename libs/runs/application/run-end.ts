import type { JobType } from '#kernel';
import { Implements, type WorkEnd, type WorkOver } from '#platform/seams';
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

/** How a kind of runs ends when its work is given up: among the providers of its context's module. */
export function runOver(kind: Type<RunKind>, jobs: readonly JobType[]): FactoryProvider<WorkOver> {
  const useFactory = (life: RunLife, runs: RunKind): WorkOver => ({
    jobs,
    by: runs.context,
    action: runs.actions.failed,
    giveUp: (tx, key, why) => life.giveUp(tx, runs, key, why),
  });
  Implements('work-over')(useFactory);
  return { provide: Symbol('work-over'), inject: [RunLife, kind], useFactory };
}
