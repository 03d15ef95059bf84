import { refuserOf, type Actor, type Id } from '#kernel';
import { managerOf } from '#platform/database/persistence';
import { causeRefused } from '#platform/engine';
import { laneConfig, WorkRunner, type JobRun, type WorkRow } from '#platform/queue';
import type { WorkOver } from '#platform/seams';
import { RunLife, type Attempt, type RunKind } from '#runs';
import type { RunRow } from '../../libs/runs/persistence/run-row.js';
import type { NewRun } from '../../libs/runs/persistence/run-table.js';
import type { Delivered } from './delivered.js';

/**
 * How the engine ends: with a result, by the run's own fault, by a fault that another try may not meet, because something that it rests on
 * is away, or because the try was told to end.
 */
export const engineEnds = ['made', 'refused', 'broken', 'away', 'aborted'] as const;
export type EngineEnd = (typeof engineEnds)[number];

/** What the work had been through when a try begins: nothing, all its tries but one, an outage of days, or workers that were lost. */
export const wears = ['fresh', 'worn', 'waited', 'bereft'] as const;
export type Wear = (typeof wears)[number];
const wornBy: Readonly<Record<Wear, string>> = {
  fresh: 'attempts = 0',
  worn: 'attempts = 99',
  waited: `waits_for = 'sandbox', waits_since = now() - interval '30 days'`,
  bereft: 'losses = 99',
};

const refuse = refuserOf({ 'sandbox.away': { status: 503, awaits: 'sandbox', zh: '', en: '', satisfyZh: '', satisfyEn: '' } });

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
  /** Its worker stops: the try is told to end. */
  drain(): Promise<void>;
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
    private readonly overs: readonly WorkOver[],
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

  /** A worker of its own takes the run's work, if it is there to be taken, and goes to where the engine computes or the work is over. */
  async claim(id: Id, wear: Wear = 'fresh'): Promise<Try | undefined> {
    const { kind: real } = this.pattern;
    const job = real.job(await this.row(id));
    const carryOut = (work: JobRun): Promise<void> => this.life.carryOut(kind, work);
    const { dataSource, unitOfWork, clock, bell, log } = await this.data.medium.platformOf('worker');
    const overs = this.overs.filter(({ jobs }) => jobs.some(({ name }) => name === job.name));
    const jobs = new Map(overs.flatMap((over) => over.jobs).map((one) => [one.name, { job: one, run: carryOut }]));
    const worker = new WorkRunner(dataSource, unitOfWork, clock, bell, jobs, [], overs, log, laneConfig.parse({}));
    const [work] = await this.data.medium.sql<WorkRow>(
      `UPDATE platform.work SET state = 'leased', ${wornBy[wear]}, lease_owner = gen_random_uuid()::text, lease_until = now() + interval '1 day'
       WHERE key = $1 AND state = 'due' RETURNING *, coalesce(extract(epoch FROM now() - waits_since), 0)::float AS waited_seconds`,
      [id],
    );
    if (work === undefined) return undefined;
    let ended = Promise.withResolvers<EngineEnd>();
    let committing = Promise.withResolvers<undefined>();
    let arrived = Promise.withResolvers<undefined>();
    const reach = (at: Try['at']): void => {
      one.at = at;
      arrived.resolve(undefined);
    };
    const one: Try = {
      drain: () => worker.stop(),
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
      if (end === 'away') throw refuse('sandbox.away');
      if (end === 'aborted') throw causeRefused({ code: 'engine.cancelled' });
      await attempt.checking();
      await this.store(run);
      committing = Promise.withResolvers();
      reach('commit');
      await committing.promise;
      return { change: this.pattern.result, details: {} };
    };
    const kind = Object.create(real, { make: { value: make } }) as RunKind<Row>;
    void worker.run(work).finally(() => {
      reach('over');
    });
    await arrived.promise;
    return one;
  }

  /** What becomes of the work of a worker that was lost: its lease lapsed, and it is there to be taken again. */
  giveBack(id: Id): Promise<unknown> {
    return this.data.medium.sql(
      `UPDATE platform.work SET state = 'due', losses = losses + 1, lease_owner = NULL WHERE key = $1 AND state = 'leased'`,
      [id],
    );
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
}
