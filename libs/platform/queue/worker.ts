import { codeOf, lanes, leaseSecondsOf, newId, Refusal, systemAct, type Clock, type Id, type Instant, type JobSettings } from '#kernel';
import { isDatabaseAway, type UnitOfWork } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import type { WorkOver } from '#platform/seams';
import { counter, inSpan, traceparent, withTraceparent, type Logger } from '#platform/telemetry';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Bell } from './bell.js';
import { claim, renewSql, type WorkRow } from './claims.js';
import type { EventHandler, JobHandler } from './handlers.js';
import { LanePlaces, longestPauseSeconds, type LaneConfig } from './lanes.js';
import { awaitedBy } from './outage.js';
import { Presence } from './presence.js';
import { refuse } from './refusals.js';
import { LeaseLost, TryEnds } from './try-ends.js';

const outcomes = counter('opdomain_work_outcomes', 'finished tries of queued work by outcome');
const settingsOf: { readonly events: JobSettings } = {
  events: { lane: 'events', leaseSeconds: leaseSecondsOf.events, stillSeconds: 900, backoffSeconds: 1 },
};
/** Workers that may be lost with a piece of work before that counts as its own doing. */
const mostLosses = 10;
/** How long the end of a try is written again and again where the database is away; after that the lease lapses. */
const endWithinMs = 60_000;
const endAgainMs = 500;

/** Takes due work from its table under a lease, lane by lane, runs it, and writes its end there. */
export class WorkRunner {
  private readonly owner = newId();
  /** Work whose lease could not be renewed because the database was away. */
  private readonly cutOff = new Set<Id>();
  private readonly running = new Set<AbortController>();
  private readonly places: readonly LanePlaces[];
  private readonly presence: Presence;
  private readonly ends: TryEnds;
  private readonly overs = new Map<string, WorkOver>();
  private draining = false;
  private stopListening: (() => Promise<void>) | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly bell: Bell,
    private readonly jobs: ReadonlyMap<string, JobHandler>,
    private readonly consumers: readonly EventHandler[],
    overs: readonly WorkOver[],
    private readonly log: Logger,
    config: LaneConfig,
  ) {
    for (const over of overs) for (const { name } of over.jobs) this.overs.set(name, over);
    const lost = [...jobs.values()].filter(({ job }) => (job.patience !== undefined) !== this.overs.has(job.name));
    if (lost.length > 0) throw new Error(`given up without an end, or never: ${lost.map(({ job }) => job.name).join(', ')}`);
    this.ends = new TryEnds(dataSource);
    this.presence = new Presence(dataSource, this.owner, config, log);
    this.places = lanes.map(
      (lane) =>
        new LanePlaces(config[lane].places, config[lane].lookMs, {
          claim: (most) => claim(this.dataSource, lane, this.owner, config[lane], most),
          run: (row) => this.run(row),
          failed: (fault) => {
            this.log.error('work.lane-failed', fault, { lane });
          },
        }),
    );
  }

  start(): void {
    this.presence.start();
    for (const place of this.places) place.start();
    this.stopListening = this.bell.listen((lane) => {
      this.places[lanes.indexOf(lane)]?.wake();
    });
  }

  /** Stops taking work, tells running jobs to end, and waits for them; what did not finish is due again at once. */
  async stop(): Promise<void> {
    this.draining = true;
    const over = this.places.map((place) => place.stop());
    for (const controller of this.running) controller.abort(new Error('draining'));
    await Promise.all(over);
    await this.presence.stop();
    await this.stopListening?.();
  }

  /** Does one try of work that this worker has leased. A failure is a row, not a queue's memory. */
  async run(row: WorkRow): Promise<void> {
    const settings: JobSettings = (row.kind === 'event' ? undefined : this.jobs.get(row.name)?.job) ?? settingsOf.events;
    await withTraceparent(row.traceparent, () =>
      inSpan(`work ${row.name}`, { 'opdomain.work': row.id }, async () => {
        try {
          // Claimed while this worker was told to stop: another begins it.
          if (this.draining) {
            await this.ends.givenBack(row);
            return;
          }
          // Whoever held it never said how it ended: work that ends its workers must not go round for ever.
          if (row.losses > mostLosses && settings.patience !== undefined) throw refuse('queue.workers-lost', { name: row.name });
          const again = await (row.kind === 'event' ? this.runEvent(row) : this.runJob(row));
          await this.written(() => this.ends.done(row, again));
          outcomes.add(1, { name: row.name, outcome: 'done' });
        } catch (fault) {
          const outcome = await this.written(() => this.failed(row, fault, settings)).catch((end: unknown) => {
            if (end instanceof LeaseLost) return 'overtaken';
            throw end;
          });
          if (outcome === 'overtaken' && this.cutOff.has(row.id)) await this.written(() => this.ends.lived(row));
          outcomes.add(1, { name: row.name, outcome });
        } finally {
          this.cutOff.delete(row.id);
        }
      }),
    );
  }

  private async runEvent(row: WorkRow): Promise<undefined> {
    const handler = this.consumers.find((consumer) => consumer.name === row.name);
    if (handler === undefined) throw refuse('queue.no-handler', { name: row.name });
    await this.unitOfWork.run(systemAct(row.name, 'platform.event-consumed', this.clock.now(), traceparent()), async (tx) => {
      // It stands until the commit, and its inbox row with it: a try that was overtaken long ago finds neither, and consumes nothing.
      const [event]: { id: Id; key: Id; payload: unknown; at: Date }[] = await managerOf(tx).query(
        'SELECT id, key, payload, created_at AS at FROM platform.outbox WHERE id = $1 FOR KEY SHARE',
        [row.event_id],
      );
      if (event === undefined) throw refuse('queue.no-event', { id: row.id });
      const fresh: unknown[] = await managerOf(tx).query(
        'INSERT INTO platform.inbox (event_id, consumer) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id',
        [event.id, row.name],
      );
      const { id, key, at } = event;
      if (fresh.length === 1)
        await handler.consume(tx, { id, key, at: at.toISOString(), payload: handler.event.schema.parse(event.payload) });
    });
  }

  /** @returns when it asked to be run again. */
  private async runJob(row: WorkRow): Promise<Instant | undefined> {
    const handler = this.jobs.get(row.name);
    if (handler === undefined) throw refuse('queue.no-handler', { name: row.name });
    const controller = new AbortController();
    this.running.add(controller);
    const { lane, leaseSeconds, stillSeconds } = handler.job;
    let moved = performance.now();
    const heartbeat = setInterval(
      () => {
        // A process that lives and gets nowhere keeps no work: whoever takes it next may.
        if (performance.now() - moved > stillSeconds * 1000) controller.abort(new Error('no progress'));
        else void this.renew(row, leaseSeconds, controller);
      },
      (leaseSeconds * 1000) / 4,
    );
    try {
      if (leaseSeconds !== leaseSecondsOf[lane]) await this.renew(row, leaseSeconds, controller);
      const parent = traceparent();
      let again: Instant | undefined;
      await handler.run({
        workId: row.id,
        key: row.key,
        attempt: row.attempts + 1,
        ...(parent === undefined ? {} : { traceparent: parent }),
        signal: controller.signal,
        again: (at) => {
          again = at;
        },
        held: (tx) => this.ends.assertHeld(tx, row),
        progress: async (step) => {
          moved = performance.now();
          await this.dataSource.query('UPDATE platform.work SET progress = $2 WHERE id = $1', [row.id, JSON.stringify(step)]);
        },
      });
      return again;
    } finally {
      clearInterval(heartbeat);
      this.running.delete(controller);
    }
  }

  private async renew({ id, lease_owner }: WorkRow, seconds: number, controller: AbortController): Promise<void> {
    try {
      const [, count]: [unknown, number] = await this.dataSource.query(renewSql, [id, lease_owner, seconds]);
      if (count === 0) controller.abort(new Error('cancelled or lease lost'));
    } catch (fault) {
      if (isDatabaseAway(fault)) this.cutOff.add(id);
      this.log.error('work.lease-not-renewed', fault, { workId: id });
    }
  }

  /** @returns what became of the work */
  private async failed(row: WorkRow, fault: unknown, settings: JobSettings): Promise<string> {
    const code = codeOf(fault);
    const about = { workId: row.id, name: row.name, attempt: row.attempts + 1, refusal: code };
    // Every job that runs was told to end: what it says now is that it did.
    if (this.draining && row.kind === 'job') return said('given-back', await this.ends.givenBack(row));
    if (fault instanceof LeaseLost) return 'overtaken';
    const pauses = { first: settings.backoffSeconds, most: Math.max(longestPauseSeconds[settings.lane], settings.backoffSeconds) };
    const why = reasonToGiveUp(row, fault, settings);
    if (why !== undefined) return this.giveUp(row, why, fault);
    const away = awaitedBy(fault);
    if (away !== undefined) {
      if (row.waits_for !== away) this.log.warn('work.waits', { ...about, dependency: away });
      return said('waits', await this.ends.waits(row, code, away, pauses));
    }
    // A refusal says that it is not yet time; anything else is a fault, also when the next try mends it.
    if (fault instanceof Refusal) this.log.info('work.to-be-tried-again', about);
    else this.log.error('work.failed', fault, about);
    return said('retry', await this.ends.failed(row, code, pauses));
  }

  /** The work and what it is for end in one transaction, or neither does. */
  private async giveUp(row: WorkRow, why: Refusal, fault: unknown): Promise<string> {
    const over = this.overs.get(row.name) as WorkOver;
    this.log.error('work.given-up', fault, { workId: row.id, name: row.name, refusal: why.code });
    await this.unitOfWork.run(systemAct(over.by, over.action, this.clock.now(), traceparent()), async (tx) => {
      await over.giveUp(tx, row.key, why);
      await this.ends.over(tx, row, codeOf(fault));
    });
    return 'dead';
  }

  /** The end of a try is written until it is, or its lease has lapsed: a database that is away for a moment must not cost the try. */
  private async written<T>(write: () => Promise<T>): Promise<T> {
    const until = performance.now() + endWithinMs;
    for (;;) {
      try {
        return await write();
      } catch (fault) {
        if (!isDatabaseAway(fault) || performance.now() > until || this.draining) throw fault;
        await pause(endAgainMs);
      }
    }
  }
}

const said = (outcome: string, counted: boolean): string => (counted ? outcome : 'overtaken');

/** Why the work is over: its own fault once too often, workers that were lost, or a dependency that was away for too long. */
function reasonToGiveUp(row: WorkRow, fault: unknown, { patience }: JobSettings): Refusal | undefined {
  if (patience === undefined) return undefined;
  const { name } = row;
  const away = awaitedBy(fault);
  if (away === undefined) {
    if (fault instanceof Refusal && fault.code === 'queue.workers-lost') return fault;
    return row.attempts + 1 < patience.tries ? undefined : refuse('queue.failed-too-often', { name, cause: codeOf(fault) });
  }
  if (row.waits_for !== away || row.waits_since === null || row.waited_seconds < patience.outageMinutes * 60) return undefined;
  return refuse('queue.outage-too-long', { name, dependency: away, since: row.waits_since.toISOString() });
}
