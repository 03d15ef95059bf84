import { lanes, newId, Refusal, systemAct, type Clock, type Id, type Instant } from '#kernel';
import type { UnitOfWork } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { counter, inSpan, traceparent, withTraceparent, type Logger } from '#platform/telemetry';
import type { DataSource } from 'typeorm';
import type { Bell } from './bell.js';
import { claim, firstLeaseSeconds, renewSql, type WorkRow } from './claims.js';
import type { EventHandler, JobHandler } from './handlers.js';
import { LanePlaces, type LaneConfig } from './lanes.js';
import { Presence } from './presence.js';
import { refuse } from './refusals.js';

const outcomes = counter('opdomain_work_outcomes', 'finished tries of queued work by outcome');
const settingsOf = { events: { maxAttempts: 12, leaseSeconds: 60, backoffSeconds: 1 } } as const;

/** Ordered anew while it ran, or asked for by the run itself: whichever is earlier; NULL for neither. */
const againAt = 'least(again_at, $5::timestamptz)';

/** Takes due work from its table under a lease, lane by lane, runs it, and writes its end there. */
export class WorkRunner {
  private readonly owner = newId();
  private readonly running = new Set<AbortController>();
  private readonly places: readonly LanePlaces[];
  private readonly presence: Presence;
  private stopListening: (() => Promise<void>) | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly bell: Bell,
    private readonly jobs: ReadonlyMap<string, JobHandler>,
    private readonly consumers: readonly EventHandler[],
    private readonly log: Logger,
    config: LaneConfig,
  ) {
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
    const over = this.places.map((place) => place.stop());
    for (const controller of this.running) controller.abort(new Error('draining'));
    await Promise.all(over);
    await this.presence.stop();
    await this.stopListening?.();
  }

  /** Never throws: a failure is a row, not a queue's memory. */
  private async run(row: WorkRow): Promise<void> {
    const settings = row.kind === 'event' ? settingsOf.events : this.jobs.get(row.name)?.job;
    await withTraceparent(row.traceparent, () =>
      inSpan(`work ${row.name}`, { 'opdomain.work': row.id }, async () => {
        try {
          if (settings === undefined) throw refuse('queue.no-handler', { name: row.name });
          // Whoever held it last never said how it ended: work that ends its workers must not go round for ever.
          if (row.attempts > settings.maxAttempts) throw refuse('queue.workers-lost', { name: row.name });
          const again = await (row.kind === 'event' ? this.runEvent(row) : this.runJob(row));
          await this.finish(row, 'done', { again });
        } catch (fault) {
          await this.failed(row, fault, settings ?? settingsOf.events);
        }
      }),
    );
  }

  private async runEvent(row: WorkRow): Promise<undefined> {
    const handler = this.consumers.find((consumer) => consumer.name === row.name);
    if (handler === undefined) throw refuse('queue.no-handler', { name: row.name });
    const events: { id: Id; key: Id; payload: unknown }[] = await this.dataSource.query(
      'SELECT id, key, payload FROM platform.outbox WHERE id = $1',
      [row.event_id],
    );
    const event = events[0];
    if (event === undefined) throw refuse('queue.no-event', { id: row.id });
    await this.unitOfWork.run(systemAct(row.name, 'platform.event-consumed', this.clock.now(), traceparent()), async (tx) => {
      const fresh: unknown[] = await managerOf(tx).query(
        'INSERT INTO platform.inbox (event_id, consumer) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id',
        [event.id, row.name],
      );
      if (fresh.length === 1) await handler.consume(tx, { ...event, payload: handler.event.schema.parse(event.payload) });
    });
  }

  /** @returns when it asked to be run again. */
  private async runJob(row: WorkRow): Promise<Instant | undefined> {
    const handler = this.jobs.get(row.name);
    if (handler === undefined) throw refuse('queue.no-handler', { name: row.name });
    const controller = new AbortController();
    this.running.add(controller);
    const { leaseSeconds, maxAttempts } = handler.job;
    const heartbeat = setInterval(() => void this.renew(row.id, leaseSeconds, controller), (leaseSeconds * 1000) / 4);
    try {
      if (leaseSeconds !== firstLeaseSeconds) await this.renew(row.id, leaseSeconds, controller);
      const parent = traceparent();
      let again: Instant | undefined;
      await handler.run({
        workId: row.id,
        key: row.key,
        attempt: row.attempts,
        lastAttempt: row.attempts >= maxAttempts,
        ...(parent === undefined ? {} : { traceparent: parent }),
        signal: controller.signal,
        again: (at) => {
          again = at;
        },
        progress: async (step) => {
          await this.dataSource.query('UPDATE platform.work SET progress = $2 WHERE id = $1', [row.id, JSON.stringify(step)]);
        },
      });
      return again;
    } finally {
      clearInterval(heartbeat);
      this.running.delete(controller);
    }
  }

  private async renew(id: Id, seconds: number, controller: AbortController): Promise<void> {
    try {
      const [, count]: [unknown, number] = await this.dataSource.query(renewSql, [id, this.owner, seconds]);
      if (count === 0) controller.abort(new Error('cancelled or lease lost'));
    } catch (fault) {
      this.log.error('work.lease-not-renewed', fault, { workId: id });
    }
  }

  private async finish(
    row: WorkRow,
    outcome: 'done' | 'dead',
    { again, lastError }: { readonly again?: Instant | undefined; readonly lastError?: string } = {},
  ): Promise<void> {
    await this.dataSource.query(
      `UPDATE platform.work SET lease_owner = NULL, lease_until = NULL, last_error = $4, again_at = NULL,
         state = CASE WHEN $3 = 'done' AND ${againAt} IS NOT NULL THEN 'due' ELSE $3 END,
         due_at = coalesce(${againAt}, due_at), rung_at = NULL, attempts = CASE WHEN ${againAt} IS NULL THEN attempts ELSE 0 END,
         finished_at = CASE WHEN $3 = 'done' AND ${againAt} IS NOT NULL THEN NULL ELSE now() END
       WHERE id = $1 AND state = 'leased' AND lease_owner = $2`,
      [row.id, this.owner, outcome, lastError ?? null, again ?? null],
    );
    outcomes.add(1, { name: row.name, outcome });
  }

  private async failed(row: WorkRow, fault: unknown, settings: { maxAttempts: number; backoffSeconds: number }): Promise<void> {
    const code = fault instanceof Refusal ? fault.code : fault instanceof Error ? fault.name : 'unknown';
    const about = { workId: row.id, name: row.name, attempt: row.attempts, refusal: code };
    if (row.attempts >= settings.maxAttempts) {
      this.log.error('work.dead', fault, about);
      return this.finish(row, 'dead', { lastError: code });
    }
    // A refusal says that it is not yet time; anything else is a fault, also when the next try mends it.
    if (fault instanceof Refusal) this.log.info('work.to-be-tried-again', about);
    else this.log.error('work.failed', fault, about);
    const wait = Math.min(settings.backoffSeconds * 2 ** (row.attempts - 1), 600);
    await this.dataSource.query(
      `UPDATE platform.work SET state = 'due', due_at = now() + make_interval(secs => $3), rung_at = NULL, last_error = $4,
         lease_owner = NULL, lease_until = NULL
       WHERE id = $1 AND state = 'leased' AND lease_owner = $2`,
      [row.id, this.owner, wait, code],
    );
    outcomes.add(1, { name: row.name, outcome: 'retry' });
  }
}
