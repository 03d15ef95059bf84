import { systemAct, type ActContext, type Clock, type Id, type Instant, type JsonObject, type Refusal } from '#kernel';
import { UnitOfWork, type JournalFact, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { endsWork, type JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { causeOf } from '../domain/run-cause.js';
import type { RunRow } from '../persistence/run-row.js';
import type { NewRun, RunScope } from '../persistence/run-table.js';
import type { Made, RunAct, RunKind } from './run-kind.js';

/** Found under lock: the run has ended, by another try or by a cut. */
class RunOver extends Error {
  constructor(readonly run: RunRow) {
    super('the run is over');
  }
}

/**
 * The one life of a run: queued → running → checking → succeeded | failed, or cancelled from any of the first three. Each step is one
 * transaction that locks the run and asks again whether it may be taken; what was computed in between is thrown away when it may not.
 * A run ends once, and nothing of it is seen before `succeeded` is committed. Safe to carry out twice, also at the same time.
 */
@Injectable()
export class RunLife {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Queues a run under the act of the transaction. What it rests on is asked by the caller. */
  async order<Row extends RunRow>(tx: Tx, kind: RunKind<Row>, asked: NewRun<Row>, details: JsonObject): Promise<Row> {
    const run = await kind.table.queue(tx, asked);
    await record(tx, kind, run, { action: tx.context.action, details });
    await tx.enqueue(kind.job(run), { key: run.id, unitId: run.unitId, scenarioId: run.scenarioId });
    return run;
  }

  /** Ends one run that the actor sees. @throws Refusal `<kind>.not-found`, `state.no-such-transition` where it has ended */
  cancel<Row extends RunRow>(ctx: ActContext, kind: RunKind<Row>, id: Id): Promise<Row> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const run = await kind.table.lock(tx, id);
      await kind.table.assertSees(tx, run);
      return this.end(tx, kind, run);
    });
  }

  /** Ends one run where it has not ended. */
  async cutOne<Row extends RunRow>(tx: Tx, kind: RunKind<Row>, id: Id): Promise<void> {
    const run = await kind.table.lock(tx, id);
    if (run.finishedAt === null) await this.end(tx, kind, run);
  }

  /**
   * Ends every open run of a scope: their work is taken off the queue, and what still computes keeps nothing.
   * @param until those that were ordered until then
   */
  async cut<Row extends RunRow>(tx: Tx, kind: RunKind<Row>, scope: RunScope, until: Instant): Promise<void> {
    for (const run of await kind.table.lockOpen(tx, scope, until)) await this.end(tx, kind, run);
  }

  /** Does one try of a run's queued work, unattended. */
  async carryOut<Row extends RunRow, Allowed, Given>(kind: RunKind<Row, Allowed, Given>, work: JobRun): Promise<void> {
    try {
      const { run, given } = await this.start(kind, work);
      const { signal } = work;
      const made = await kind.make(run, given, {
        signal,
        progress: (step) => work.progress(step),
        checking: () => this.check(kind, work),
      });
      if (made.refusal === undefined) await this.keep(kind, work, made);
      else await kind.clear(await this.fail(kind, work, made.refusal, made.change));
    } catch (fault) {
      const over = fault instanceof RunOver ? (fault.run as Row) : endsWork(fault, work) ? await this.fail(kind, work, fault) : undefined;
      if (over === undefined) throw fault;
      if (over.state !== 'succeeded') await kind.clear(over);
    }
  }

  /** Fails a run whose work is given up, where it has not ended; what its tries stored is cleared when the scenario is. */
  async giveUp<Row extends RunRow>(tx: Tx, kind: RunKind<Row>, id: Id, why: Refusal): Promise<void> {
    await this.failIn(tx, kind, id, why);
  }

  private start<Row extends RunRow, Allowed, Given>(
    kind: RunKind<Row, Allowed, Given>,
    work: JobRun,
  ): Promise<{ readonly run: Row; readonly given: Given }> {
    return this.act(kind, work, 'started', async (tx, action) => {
      const allowed = await kind.allowed(tx, open(await kind.table.get(tx, work.key)));
      const run = open(await kind.table.lock(tx, work.key));
      const { given, change, details } = await kind.start(tx, run, allowed);
      await work.held(tx);
      if (run.state !== 'queued') return { run, given };
      const started = await kind.table.step(tx, run, 'running', { ...change, startedAt: tx.context.at });
      await record(tx, kind, run, { action, details });
      return { run: started, given };
    });
  }

  private check<Row extends RunRow, Allowed, Given>(kind: RunKind<Row, Allowed, Given>, work: JobRun): Promise<void> {
    return this.act(kind, work, 'checking', async (tx, action) => {
      const run = open(await kind.table.lock(tx, work.key));
      await work.held(tx);
      if (run.state === 'checking') return;
      await kind.table.step(tx, run, 'checking');
      await record(tx, kind, run, { action });
    });
  }

  private keep<Row extends RunRow, Allowed, Given>(kind: RunKind<Row, Allowed, Given>, work: JobRun, made: Made<Row>): Promise<void> {
    return this.act(kind, work, 'succeeded', async (tx, action) => {
      await kind.allowed(tx, open(await kind.table.get(tx, work.key)));
      const run = open(await kind.table.lock(tx, work.key));
      await work.held(tx);
      const usedAt = tx.context.at;
      await kind.table.step(tx, run, 'succeeded', { ...made.change, finishedAt: usedAt });
      await record(tx, kind, run, { action, details: made.details });
      const item = kind.usage(run);
      if (item !== undefined) await tx.use({ item, quantity: 1, sourceKind: kind.kind, sourceId: run.id, ...underOf(run), usedAt });
    });
  }

  /** @returns the run as it has ended, also where it had before */
  private fail<Row extends RunRow, Allowed, Given>(
    kind: RunKind<Row, Allowed, Given>,
    work: JobRun,
    fault: Refusal,
    found: object = {},
  ): Promise<Row> {
    return this.act(kind, work, 'failed', async (tx) => {
      const failed = await this.failIn(tx, kind, work.key, fault, found);
      await work.held(tx);
      return failed;
    });
  }

  private async failIn<Row extends RunRow>(tx: Tx, kind: RunKind<Row>, id: Id, why: Refusal, found: object = {}): Promise<Row> {
    const run = await kind.table.lock(tx, id);
    if (run.finishedAt !== null) return run;
    const cause = causeOf(why, kind.told);
    const failed = await kind.table.step(tx, run, 'failed', { ...found, cause, finishedAt: tx.context.at });
    const details = cause.columns === undefined ? {} : { columns: cause.columns };
    await record(tx, kind, run, { action: kind.actions.failed, reasons: [cause.code], details });
    return failed;
  }

  private async end<Row extends RunRow>(tx: Tx, kind: RunKind<Row>, run: Row): Promise<Row> {
    const cause = causeOf(kind.cut, kind.told);
    const ended = await kind.table.step(tx, run, 'cancelled', { cause, finishedAt: tx.context.at });
    await tx.cancelWork(kind.job(run), run.id);
    await record(tx, kind, run, { action: kind.actions.cancelled, reasons: [cause.code] });
    return ended;
  }

  private act<T>(
    { context, actions }: Pick<RunKind, 'context' | 'actions'>,
    work: JobRun,
    step: RunAct,
    does: (tx: Tx, action: string) => Promise<T>,
  ): Promise<T> {
    const action = actions[step];
    return this.unitOfWork.run(systemAct(context, action, this.clock.now(), work.traceparent), (tx) => does(tx, action));
  }
}

/** @throws RunOver */
function open<Row extends RunRow>(run: Row): Row {
  if (run.finishedAt !== null) throw new RunOver(run);
  return run;
}

const underOf = ({ unitId, authorisationId, scenarioId }: RunRow) => ({ unitId, authorisationId, scenarioId });

/** What the journal says of a run. */
export const record = (tx: Tx, { kind }: Pick<RunKind, 'kind'>, run: RunRow, fact: Omit<JournalFact, 'object'>): Promise<Id> =>
  tx.record({ object: { kind, id: run.id }, ...underOf(run), ...fact });
