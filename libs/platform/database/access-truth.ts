import { newId, type Clock, type EpochRef, type Id, type Instant, type Refusal, type Standing } from '#kernel';
import type { Limits } from '#platform/config';
import type { Logger } from '#platform/telemetry';
import { uptime } from 'node:os';
import type pg from 'pg';
import { BoundedClient, boundedBy } from './bounded-client.js';
import { epochChannel, readEpochs, sharedClock } from './epochs.js';
import { refuse } from './refusals.js';

/** How often epochs are read while a transfer is open; a notification only makes the next read earlier. */
const readEveryMs = 250;
/** How often a process with nothing to watch says that it is there, but at least four times a lease. */
const heartbeatMs = 1_000;

/** One open transfer, or one request that wants to be sure. */
export interface Watch {
  /**
   * Resolves when what the transfer rests on was read, and stood, within the lease; until the truth can be heard it waits, so that no
   * byte passes. @throws Refusal `access.ended`.
   */
  assert(): Promise<void>;
  close(): void;
}

interface Watcher {
  readonly standing: Standing;
  readonly ended: (why: Refusal) => void;
  /** Boot clock, in ms, at the sending of the last read that found it standing. */
  confirmedAt: number;
  why: Refusal | undefined;
  waiting: (() => void)[];
}

export interface AccessTruthOptions {
  readonly url: string;
  /** For how long after its sending an answer lets bytes pass (proofs: lease); then they wait. */
  readonly leaseMs: number;
  readonly limits: Pick<Limits, 'database' | 'access'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Milliseconds since boot, suspended time included: a machine that slept through a revocation wakes up without a lease. */
const bootMs = (): number => uptime() * 1000;

/**
 * What this process knows of access epochs between two transactions: one connection of its own that reads them for every open transfer,
 * each time with a write that only a current primary takes. It is also the process's registration as a replica that receipts ask.
 */
export class AccessTruth {
  readonly replicaId: Id = newId();
  private readonly clock = sharedClock(async (sql) => (await (await this.connected()).query<{ at: Date }>(sql)).rows);
  private readonly watchers = new Set<Watcher>();
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;
  private again = false;
  private deaf = false;
  private closed = false;

  constructor(private readonly options: AccessTruthOptions) {}

  /**
   * From here on receipts ask at this address; until it is known, null, they wait for it.
   * @throws when it cannot be written down: who is not registered does not serve.
   */
  async register(address: string | null): Promise<void> {
    const client = await this.connected();
    await client.query(
      `INSERT INTO platform.replicas (id, address, lease_ms, seen_at) VALUES ($1, $2, $3, clock_timestamp())
       ON CONFLICT (id) DO UPDATE SET address = excluded.address, seen_at = excluded.seen_at`,
      [this.replicaId, address, this.options.leaseMs],
    );
    this.schedule();
  }

  /** @param ended told at once when a read finds that it stands no more, also while no byte is moving */
  watch(standing: Standing, ended: (why: Refusal) => void): Watch {
    const watcher: Watcher = { standing, ended, confirmedAt: -Infinity, why: undefined, waiting: [] };
    this.watchers.add(watcher);
    void this.read();
    return {
      assert: () => this.assert(watcher),
      close: () => {
        this.watchers.delete(watcher);
        for (const wake of watcher.waiting.splice(0)) wake();
      },
    };
  }

  /** One read that was sent after this call; every open transfer is judged by the same read. @throws Refusal `access.ended` */
  async confirm(standing: Standing): Promise<void> {
    const watch = this.watch(standing, () => undefined);
    try {
      await watch.assert();
    } finally {
      watch.close();
    }
  }

  /** The database's clock, by this connection. */
  now(): Promise<Instant> {
    return this.clock.ask(undefined);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    for (const { waiting } of this.watchers) for (const wake of waiting.splice(0)) wake();
    this.watchers.clear();
    await this.reading;
    const { client } = this;
    await client
      ?.query('UPDATE platform.replicas SET stopped_at = clock_timestamp() WHERE id = $1', [this.replicaId])
      .catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  private async assert(watcher: Watcher): Promise<void> {
    for (;;) {
      if (watcher.why !== undefined) throw watcher.why;
      if (!this.watchers.has(watcher)) throw refuse('access.ended', { what: 'transfer', id: this.replicaId });
      if (bootMs() - watcher.confirmedAt < this.options.leaseMs) return;
      await new Promise<void>((resolve) => {
        watcher.waiting.push(resolve);
        void this.read();
      });
    }
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.closed) return;
    this.timer = setTimeout(() => void this.read(), this.watchers.size > 0 ? readEveryMs : Math.min(heartbeatMs, this.options.leaseMs / 4));
    this.timer.unref();
  }

  /** One read at a time. Who asks while one is under way gets the next: what it asks about may not be in the one that was sent. */
  private read(): Promise<void> {
    if (this.closed) return Promise.resolve();
    if (this.reading !== undefined) {
      this.again = true;
      return this.reading;
    }
    this.reading = this.round().finally(() => {
      this.reading = undefined;
      if (this.again && !this.deaf) {
        this.again = false;
        void this.read();
      } else this.schedule();
    });
    return this.reading;
  }

  private async round(): Promise<void> {
    const asked = [...this.watchers];
    const sentAt = bootMs();
    try {
      const client = await this.connected();
      // A standby refuses the write, so an answer is a current primary's.
      await client.query('UPDATE platform.replicas SET seen_at = clock_timestamp() WHERE id = $1', [this.replicaId]);
      const refs = new Map<string, EpochRef>();
      for (const { standing } of asked) for (const ref of standing.refs) refs.set(`${ref.kind}/${ref.id}`, ref);
      const epochs = await readEpochs(async (sql, parameters) => (await client.query(sql, parameters)).rows as never, [...refs.values()]);
      const at = this.options.clock.now();
      this.deaf = false;
      for (const watcher of asked) {
        if (watcher.why !== undefined) continue;
        try {
          watcher.standing.compare(epochs, at);
          watcher.confirmedAt = sentAt;
        } catch (why) {
          watcher.why = why as Refusal;
          watcher.ended(watcher.why);
        }
        for (const wake of watcher.waiting.splice(0)) wake();
      }
    } catch (fault) {
      if (!this.deaf) this.options.log.error('access.truth-unheard', fault, { transfers: this.watchers.size });
      this.deaf = true;
      const { client } = this;
      this.client = undefined;
      await client?.end().catch(() => undefined);
    }
  }

  private async connected(): Promise<pg.Client> {
    if (this.client !== undefined) return this.client;
    const { database, access } = this.options.limits;
    const client = new BoundedClient({
      connectionString: this.options.url,
      application_name: 'opdomain-access',
      ...boundedBy({ ...database, connectMs: access.answerMs, answerMs: access.answerMs }),
    });
    // What broke is found out by the next read; without a listener it would end the process.
    client.on('error', () => undefined);
    client.once('end', () => {
      if (this.client === client) this.client = undefined;
    });
    // Where nothing is open nobody waits for the news: a cut of a hundred seats is no reason for a hundred reads.
    client.on('notification', () => {
      if (this.watchers.size > 0) void this.read();
    });
    await client.connect();
    await client.query(`LISTEN ${epochChannel}`);
    this.client = client;
    return client;
  }
}
