import { systemAct, type Clock, type Id } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { rawColumnsOf } from '../domain/decisions.js';
import { discardJob } from '../domain/work.js';
import type { DesensitisationRunRow } from '../persistence/entities.js';
import { RunsRepository } from '../persistence/runs.repository.js';
import { underOf } from './belonging.js';
import { CopyGate } from './copy-gate.js';
import { SampleStore } from './sample-store.js';

/** What is withdrawn from a scenario is withdrawn from the samples that were made of it: they show what is no longer open. */
@Injectable()
export class WithdrawnSamples {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: RunsRepository,
    private readonly gate: CopyGate,
    private readonly store: SampleStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Strikes off every standing sample of a scenario that derives from a field which is not open now; its bytes go afterwards. */
  async strike(tx: Tx, scenarioId: Id): Promise<void> {
    for (const found of await this.runs.published(tx, scenarioId)) {
      const run = await this.runs.lock(tx, found.id);
      if (run.destroyedAt !== null || (await this.stands(tx, run))) continue;
      await this.runs.update(tx, run, { destroyedAt: tx.context.at });
      const object = { kind: 'desensitisation-run', id: run.id };
      await tx.record({ action: 'sample.destroyed', object, ...underOf(run), reasons: ['desensitisation.fields-not-granted'] });
      await tx.enqueue(discardJob, { key: run.id, unitId: run.unitId, scenarioId });
    }
  }

  /** Removes what is left of a sample that was struck off. Twice is once. */
  async discard(runId: Id): Promise<void> {
    const act = systemAct('desensitisation', 'desensitisation-run.read', this.clock.now());
    const run = await this.unitOfWork.read(act, (tx) => this.runs.get(tx, runId));
    if (run.destroyedAt !== null) await this.store.discard(run);
  }

  private async stands(tx: Tx, run: DesensitisationRunRow): Promise<boolean> {
    const { open } = await this.gate.open(tx, run, tx.context.at);
    return rawColumnsOf(run).every((column) => open.includes(column));
  }
}
