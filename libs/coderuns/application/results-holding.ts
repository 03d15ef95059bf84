import { Refusal, systemAct, type Clock, type HeldItem, type Holding, type HoldingScope } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { OBJECTS, type Objects } from '#platform/objects';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import { quarantineOf, sealOf, trialsOf } from '../domain/names.js';
import { CodeRunsRepository } from '../persistence/code-runs.repository.js';
import { CodeRuns } from './code-runs.js';
import { runObject, underOf } from './subjects.js';

type Recovery = Awaited<ReturnType<Holding['attemptRecovery']>>[number];

/** Results and logs of code runs, in quarantine and of trials (DEST-01..03). */
@Implements('holding')
@Injectable()
export class ResultsHolding implements Holding {
  readonly name = 'code-run-results';
  readonly order = 'data';

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: CodeRuns,
    private readonly repository: CodeRunsRepository,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async inventory(scope: HoldingScope): Promise<readonly HeldItem[]> {
    const items = (await this.withResult(scope))
      .filter((run) => run.destroyedAt === null)
      .map((run): HeldItem => ({
        view: 'database',
        kind: 'code-run-result',
        ref: run.objectKey ?? run.id,
        sealedBy: sealOf(run.scenarioId),
        bytes: run.bytes ?? 0,
      }));
    for (const scenarioId of scope.scenarioIds) {
      for (const prefix of [quarantineOf(scenarioId), trialsOf(scenarioId)]) {
        for (const { key, cipherBytes, version } of await this.objects.list(prefix))
          items.push({
            view: 'stores',
            kind: 'code-run-result',
            ref: key,
            sealedBy: sealOf(scenarioId),
            bytes: cipherBytes,
            note: version,
          });
      }
    }
    return items;
  }

  async destroy(scope: HoldingScope): Promise<void> {
    const at = this.clock.now();
    for (const scenarioId of scope.scenarioIds) {
      await this.unitOfWork.run(systemAct('coderuns', 'code-run.cancelled', at), (tx) => this.runs.cut(tx, { scenarioId }));
      await this.objects.destroy(quarantineOf(scenarioId));
      await this.objects.destroy(trialsOf(scenarioId));
    }
    await this.unitOfWork.run(systemAct('coderuns', 'code-run.destroyed', at), async (tx) => {
      for (const found of await this.repository.withResult(tx, scope.scenarioIds)) {
        const run = await this.repository.lock(tx, found.id);
        if (run.destroyedAt !== null) continue;
        await this.repository.update(tx, run, { destroyedAt: at });
        await tx.record({ action: 'code-run.destroyed', object: runObject(run), ...underOf(run) });
      }
    });
  }

  async attemptRecovery(scope: HoldingScope): Promise<readonly Recovery[]> {
    const tried: Recovery[] = [];
    for (const { objectKey, scenarioId } of await this.withResult(scope)) {
      if (objectKey !== null) tried.push(await this.readBack(objectKey, sealOf(scenarioId)));
    }
    return tried;
  }

  private async readBack(objectKey: string, sealedBy: string): Promise<Recovery> {
    const how = `read ${objectKey}`;
    try {
      for await (const _ of await this.objects.get(objectKey, { sealedBy })) break;
      return { how, recovered: true, answer: 'readable' };
    } catch (fault) {
      if (fault instanceof Refusal) return { how, recovered: false, answer: fault.code };
      throw fault;
    }
  }

  private withResult({ scenarioIds }: HoldingScope) {
    return this.unitOfWork.read(systemAct('coderuns', 'code-run.listed', this.clock.now()), (tx) =>
      this.repository.withResult(tx, scenarioIds),
    );
  }
}
