import { Refusal, refuse, systemAct, type Clock, type HeldItem, type Holding, type HoldingScope } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { KEYS, type Keys } from '#platform/keys';
import { OBJECTS, type Objects } from '#platform/objects';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import { sampleFolder, sealOf } from '../domain/names.js';
import { PseudonymKeysRepository } from '../persistence/pseudonym-keys.repository.js';
import { RunsRepository } from '../persistence/runs.repository.js';
import { runObject, underOf } from './belonging.js';
import { Runs } from './runs.js';

type Recovery = Awaited<ReturnType<Holding['attemptRecovery']>>[number];

/** The samples that stand in dev, and the keys of their pseudonyms (DEST-01..03). */
@Implements('holding')
@Injectable()
export class SamplesHolding implements Holding {
  readonly name = 'desensitised-samples';
  readonly order = 'data';

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: Runs,
    private readonly repository: RunsRepository,
    private readonly pseudonymKeys: PseudonymKeysRepository,
    @Inject(OBJECTS) private readonly objects: Objects,
    @Inject(KEYS) private readonly keys: Keys,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async inventory(scope: HoldingScope): Promise<readonly HeldItem[]> {
    const [rows, keys] = await this.standing(scope);
    const stored = await Promise.all(
      scope.scenarioIds.map(async (scenarioId) => ({ scenarioId, versions: await this.objects.list(prefixOf(scenarioId)) })),
    );
    return [
      ...rows
        .filter((run) => run.destroyedAt === null)
        .map((run): HeldItem => ({
          view: 'database',
          kind: 'sample',
          ref: `${sampleFolder(run)}/data.parquet`,
          sealedBy: sealOf(run.scenarioId),
          bytes: run.bytes ?? 0,
        })),
      ...keys.map((key): HeldItem => ({
        view: 'database',
        kind: 'pseudonym-key',
        ref: `pseudonym-key/${key.id}`,
        sealedBy: sealOf(key.scenarioId),
      })),
      ...stored.flatMap(({ scenarioId, versions }) =>
        versions.map((version): HeldItem => ({
          view: 'stores',
          kind: 'sample',
          ref: version.key,
          sealedBy: sealOf(scenarioId),
          bytes: version.cipherBytes,
          note: version.version,
        })),
      ),
    ];
  }

  async destroy(scope: HoldingScope): Promise<void> {
    const at = this.clock.now();
    for (const scenarioId of scope.scenarioIds) {
      await this.unitOfWork.run(systemAct('desensitisation', 'desensitisation-run.cancelled', at), (tx) =>
        this.runs.cut(tx, { scenarioId }),
      );
      await this.objects.destroy(prefixOf(scenarioId));
    }
    await this.unitOfWork.run(systemAct('desensitisation', 'sample.destroyed', at), async (tx) => {
      for (const found of await this.repository.everPublished(tx, scope.scenarioIds)) {
        const run = await this.repository.lock(tx, found.id);
        if (run.destroyedAt !== null) continue;
        await this.repository.update(tx, run, { destroyedAt: at });
        await tx.record({ action: 'sample.destroyed', object: runObject(run), ...underOf(run) });
      }
      for (const key of await this.pseudonymKeys.ofScenarios(tx, scope.scenarioIds)) {
        await this.pseudonymKeys.remove(tx, key.id);
        const { authorisationId } = scope;
        await tx.record({
          action: 'pseudonym-key.destroyed',
          object: { kind: 'pseudonym-key', id: key.id },
          authorisationId,
          scenarioId: key.scenarioId,
        });
      }
    });
  }

  async attemptRecovery(scope: HoldingScope): Promise<readonly Recovery[]> {
    const [rows, keys] = await this.standing(scope);
    const attempts = rows.flatMap((run) => (run.objectKey === null ? [] : [this.readBack(run.objectKey, sealOf(run.scenarioId))]));
    // Named by scenario, not by key: what was tried before destruction must be tried again after it, when no key's row is left.
    const unwrapped = scope.scenarioIds.map((scenarioId) =>
      this.attempt(`unwrap the pseudonym keys of scenario ${scenarioId}`, async () => {
        const left = keys.filter((key) => key.scenarioId === scenarioId);
        if (left.length === 0) throw refuse('desensitisation.no-key-left', { scenarioId });
        for (const key of left) await this.keys.unwrap(sealOf(scenarioId), key.wrapped);
      }),
    );
    return Promise.all([...attempts, ...unwrapped]);
  }

  private readBack(objectKey: string, sealedBy: string): Promise<Recovery> {
    return this.attempt(`read ${objectKey}`, async () => {
      for await (const _ of await this.objects.get(objectKey, { sealedBy })) return;
    });
  }

  private async attempt(how: string, recover: () => Promise<unknown>): Promise<Recovery> {
    try {
      await recover();
      return { how, recovered: true, answer: 'readable' };
    } catch (fault) {
      if (fault instanceof Refusal) return { how, recovered: false, answer: fault.code };
      throw fault;
    }
  }

  private standing({ scenarioIds }: HoldingScope) {
    return this.unitOfWork.read(systemAct('desensitisation', 'sample.listed', this.clock.now()), async (tx) => {
      const rows = await this.repository.everPublished(tx, scenarioIds);
      return [rows, await this.pseudonymKeys.ofScenarios(tx, scenarioIds)] as const;
    });
  }
}

const prefixOf = (scenarioId: string): string => `scenarios/${scenarioId}/samples`;
