import type { Actor, Id } from '#kernel';
import { managerOf } from '#platform/database/persistence';
import { causeRefused } from '#platform/engine';
import { RunLife, type Attempt, type RunKind } from '#runs';
import type { RunRow } from '../../libs/runs/persistence/run-row.js';
import type { NewRun } from '../../libs/runs/persistence/run-table.js';
import type { Delivered } from './delivered.js';

/** How the engine ends: with a result, by the run's own fault, by one around it, or because the try's signal was aborted. */
export const engineEnds = ['made', 'refused', 'broken', 'aborted'] as const;
export type EngineEnd = (typeof engineEnds)[number];

/** One real run that succeeded, whose row says what the tries of others of its kind are given and make. */
export interface Pattern<Row extends RunRow> {
  readonly kind: RunKind<Row>;
  folder(run: Row): string;
  /** What a new run of the kind says. */
  readonly asked: NewRun<Row>;
  /** What its row says of a result. */
  readonly result: object;
}

/** A try that goes as far as it is let: to the engine's end, then past its checks and its stores to the commit. */
export interface Try {
  readonly controller: AbortController;
  /** Where it stands: before the engine's end, before the commit, on its way, or ended. */
  at: 'engine' | 'commit' | 'moving' | 'over';
  /** Goes on from where it stands to the next such place. */
  go(end?: EngineEnd): Promise<void>;
}

/** Runs of one kind whose tries a test takes step by step, with the product's own life, tables, queue and stores. */
export class SteppedRuns<Row extends RunRow> {
  constructor(
    private readonly data: Delivered,
    private readonly life: RunLife,
    private readonly pattern: Pattern<Row>,
  ) {}

  /** Ordered as a person does, due on another day: no worker but this test takes it. */
  order(actor: Actor): Promise<Id> {
    const { kind, asked } = this.pattern;
    const at = new Date().toISOString();
    return this.data.medium.platform.unitOfWork.run({ action: `${kind.kind}.ordered`, actor, at }, async (tx) => {
      const { id } = await this.life.order(tx, kind, asked, {});
      await managerOf(tx).query(`UPDATE platform.work SET due_at = now() + interval '1 day' WHERE key = $1`, [id]);
      return id;
    });
  }

  /** Takes the run's work as a worker does, if it is there to be taken, and goes to where the engine computes. */
  async claim(id: Id, lastAttempt: boolean): Promise<Try | undefined> {
    const [work] = await this.data.medium.sql<{ id: Id; attempts: number; owner: string }>(
      `UPDATE platform.work SET state = 'leased', attempts = attempts + 1, lease_owner = gen_random_uuid()::text, lease_until = now() + interval '1 day'
       WHERE key = $1 AND state = 'due' RETURNING id, attempts, lease_owner AS owner`,
      [id],
    );
    if (work === undefined) return undefined;
    const controller = new AbortController();
    let ended = Promise.withResolvers<EngineEnd>();
    let committing = Promise.withResolvers<undefined>();
    let arrived = Promise.withResolvers<undefined>();
    const reach = (at: Try['at']): void => {
      one.at = at;
      arrived.resolve(undefined);
    };
    const one: Try = {
      controller,
      at: 'moving',
      go: async (end = 'made') => {
        const from = one.at;
        if (from === 'over' || from === 'moving') return;
        one.at = 'moving';
        arrived = Promise.withResolvers();
        if (from === 'engine') ended.resolve(end);
        else committing.resolve(undefined);
        await arrived.promise;
      },
    };
    const make = async (run: Row, _given: unknown, attempt: Attempt) => {
      ended = Promise.withResolvers();
      reach('engine');
      const end = await ended.promise;
      if (end === 'refused') throw causeRefused({ code: 'engine.sql-error' });
      if (end === 'broken') throw causeRefused({ code: 'engine.process-lost' });
      if (end === 'aborted') throw causeRefused({ code: 'engine.cancelled' });
      await attempt.checking();
      await this.store(run);
      committing = Promise.withResolvers();
      reach('commit');
      await committing.promise;
      return { change: this.pattern.result, details: {} };
    };
    const kind = Object.create(this.pattern.kind, { make: { value: make } }) as RunKind<Row>;
    const { signal } = controller;
    const progress = () => Promise.resolve();
    const again = (): never => {
      throw new Error('a run orders no next try');
    };
    void this.life
      .carryOut(kind, { workId: work.id, key: id, attempt: work.attempts, lastAttempt, signal, progress, again })
      .then(
        () => this.leave(work, 'done'),
        () => this.leave(work, lastAttempt && !signal.aborted ? 'dead' : 'due'),
      )
      .finally(() => {
        reach('over');
      });
    await arrived.promise;
    return one;
  }

  /** What becomes of the work of a worker that was lost: it is there to be taken again. */
  giveBack(id: Id): Promise<unknown> {
    return this.data.medium.sql(`UPDATE platform.work SET state = 'due', lease_owner = NULL WHERE key = $1 AND state = 'leased'`, [id]);
  }

  row(id: Id): Promise<Row> {
    const { unitOfWork } = this.data.medium.platform;
    const actor: Actor = { kind: 'system', component: 'test' };
    const { actions, table } = this.pattern.kind;
    return unitOfWork.read({ action: actions.read, actor, at: new Date().toISOString() }, (tx) => table.get(tx, id));
  }

  /** Files of a result that the store has of a run. */
  async stored(run: Row): Promise<string[]> {
    return (await this.data.medium.platform.objects.list(this.pattern.folder(run)))
      .map(({ key }) => key)
      .filter((key) => !key.endsWith('log.json'));
  }

  private async store(run: Row): Promise<void> {
    const sealedBy = `scenario/${run.scenarioId}`;
    await this.data.medium.platform.objects.put(`${this.pattern.folder(run)}/data.parquet`, Buffer.from('PAR1'), { sealedBy });
  }

  private async leave(work: { id: Id; owner: string }, state: 'done' | 'dead' | 'due'): Promise<void> {
    await this.data.medium.sql(
      `UPDATE platform.work SET state = $2, lease_owner = NULL, finished_at = CASE $2 WHEN 'due' THEN NULL ELSE now() END
       WHERE id = $1 AND lease_owner = $3 AND state = 'leased'`,
      [work.id, state, work.owner],
    );
  }
}
