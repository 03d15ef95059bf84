import { systemAct, type Id } from '#kernel';
import { UnitOfWork } from '#platform/database';
import type { KeptData } from '#platform/seams';
import type { RunRow } from '../persistence/run-row.js';
import type { RunChange, RunTable } from '../persistence/run-table.js';
import type { RunKind } from './run-kind.js';
import { record, type RunLife } from './run-life.js';

type Scope = Parameters<KeptData['folders']>[1];
type Tx = Parameters<KeptData['folders']>[0];

/**
 * Results of a kind's runs as part of a holding: which stand, what of them is to be read back, how their runs are stopped, and how they
 * are struck off.
 * @param sealOf the key that a scenario's results are under
 * @param destroyed the action under which a result is struck off
 */
export function runResults<Row extends RunRow>(
  unitOfWork: UnitOfWork,
  life: RunLife,
  kind: RunKind<Row> & { readonly table: RunTable<Row> },
  { sealOf, destroyed }: { readonly sealOf: (scenarioId: Id) => string; readonly destroyed: string },
) {
  const { table } = kind;
  return {
    standing: async (tx: Tx, { scenarioIds }: Scope): Promise<Row[]> =>
      (await table.withResult(tx, scenarioIds)).filter((run) => run.destroyedAt === null),
    objects: async (tx: Tx, { scenarioIds }: Scope) =>
      (await table.withResult(tx, scenarioIds)).flatMap(({ objectKey, scenarioId }) =>
        objectKey === null ? [] : [{ key: objectKey, sealedBy: sealOf(scenarioId) }],
      ),
    async stop({ scenarioIds }: Scope, at: string): Promise<void> {
      for (const scenarioId of scenarioIds)
        await unitOfWork.run(systemAct(kind.context, kind.actions.cancelled, at), (tx) => life.cut(tx, kind, { scenarioId }, at));
    },
    async strike(tx: Tx, { scenarioIds }: Scope): Promise<void> {
      for (const found of await table.withResult(tx, scenarioIds)) {
        const run = await table.lock(tx, found.id);
        if (run.destroyedAt !== null) continue;
        await table.update(tx, run, { destroyedAt: tx.context.at } as unknown as RunChange<Row>);
        await record(tx, kind, run, { action: destroyed });
      }
    },
  };
}
