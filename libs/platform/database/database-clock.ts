import type { Clock, Instant } from '#kernel';
import { gauge, type Logger } from '#platform/telemetry';
import { AsyncLocalStorage } from 'node:async_hooks';
import { uptime } from 'node:os';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { boundAt, latestAt, preferred, type Reading, readingOf, shownAt, toldNext } from './clock-reading.js';
import { refuse } from './refusals.js';

export const clockConfig = z.strictObject({
  warnBeyondMs: z
    .number()
    .min(0)
    .default(1_000)
    .describe('How far the clock of this host, or the issuer’s, may be from the database’s before the log warns'),
  signWithinMs: z
    .number()
    .min(0)
    .default(600_000)
    .describe(
      'How far they may be apart for this process to sign. What is signed carries the database’s time, so that a host five minutes off does no harm; a host that is further off is not looked after, or the database’s own clock is wrong, and which of the two cannot be told from here',
    ),
  unsureBeyondMs: z.number().min(1).default(1_000).describe('How inexactly the database’s time may be known for this process to sign'),
  measureSeconds: z.number().min(0.1).max(300).default(10).describe('How often the database’s clock is read'),
  issuerSeconds: z.number().min(1).max(3_600).default(60).describe('How often the issuer’s clock is read'),
});
export type ClockConfig = z.output<typeof clockConfig>;

/** The clocks of the machine that the process runs on, in milliseconds. */
export interface HostClock {
  /** Since 1970; somebody may set it at any moment. */
  wallMs(): number;
  /** Nobody sets it. It may stand still while the machine is suspended. */
  steadyMs(): number;
  /** Since boot, suspended time included; coarse. */
  bootMs(): number;
}
export const hostClock: HostClock = { wallMs: () => Date.now(), steadyMs: () => performance.now(), bootMs: () => uptime() * 1000 };

/** A clock as far from the database's; `offsetMs` is positive where it is ahead. */
interface Apart {
  readonly offsetMs: number;
  readonly boundMs: number;
}
export interface ClockStanding {
  /** Whether the process signs, and why not. */
  readonly signs: 'yes' | 'database-apart' | 'issuer-apart' | 'unsure';
  /** How inexactly the database's time is known. */
  readonly boundMs: number;
  readonly host: Apart;
  /** Undefined while the issuer does not answer, which shows nothing. */
  readonly issuer: Apart | undefined;
}

interface ClockOptions {
  readonly dataSource: DataSource;
  readonly config: ClockConfig;
  readonly log: Logger;
  /** The issuer's time, by a steady clock; undefined where it cannot be had. */
  readonly issuer: (steadyMs: () => number, signal: AbortSignal) => Promise<Reading | undefined>;
  readonly host?: HostClock | undefined;
}

/** Samples of one measurement; the quickest answer is the most exact. */
const samples = 4;
/** A suspended machine: its steady clock stood still. Above the coarseness of the boot clock. */
const sleptMs = 200;
/** The issuer's time counts as unknown when it was not heard for so many of its turns. */
const staleTurns = 10;

const offset = gauge('opdomain.clock.offset', 'How far a clock is ahead of the database’s', 'ms');
const uncertainty = gauge('opdomain.clock.bound', 'How inexactly the database’s time is known to this process', 'ms');

/**
 * The database's clock, which is the one clock of the installation: followed by measuring it and counting on by the host's steady clock,
 * so that a host whose own clock is wrong, or is set, shows nowhere. It tells the latest that the database may show at that moment, and so
 * never lags behind it: what is due by the database's clock is due by every process's.
 */
export class DatabaseClock implements Clock {
  private readonly host: HostClock;
  private reading: Reading | undefined;
  private issuer: Reading | undefined;
  private last = 0;
  /** Boot clock minus steady clock at the reading: what it has grown by, the machine slept since. */
  private awake = 0;
  private measuring: Promise<void> | undefined;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly closing = new AbortController();
  private readonly apart = new Set<string>();
  /** Outside of every transaction: who asks inside one has no second connection to ask by. */
  private readonly outside = AsyncLocalStorage.snapshot();

  private constructor(private readonly options: ClockOptions) {
    this.host = options.host ?? hostClock;
  }

  /** @throws where the database cannot be asked: without it there is no time to begin with. */
  static async open(options: ClockOptions): Promise<DatabaseClock> {
    const clock = new DatabaseClock(options);
    await clock.measure();
    const { measureSeconds, issuerSeconds } = options.config;
    clock.every(measureSeconds, () => clock.measure());
    clock.every(issuerSeconds, () => clock.askIssuer());
    void clock.askIssuer();
    return clock;
  }

  now(): Instant {
    this.last = toldNext(this.last, latestAt(this.known, this.host.steadyMs()));
    return new Date(this.last).toISOString();
  }

  /** How the clocks stand to one another now. */
  standing(): ClockStanding {
    const steady = this.host.steadyMs();
    const { signWithinMs, unsureBeyondMs, issuerSeconds } = this.options.config;
    const database = shownAt(this.known, steady);
    const boundMs = boundAt(this.known, steady);
    const host = { offsetMs: this.host.wallMs() - database, boundMs };
    const heard = this.issuer !== undefined && steady - this.issuer.steadyMs < issuerSeconds * 1000 * staleTurns ? this.issuer : undefined;
    const issuer = heard && { offsetMs: shownAt(heard, steady) - database, boundMs: boundAt(heard, steady) + boundMs };
    const isApart = (other: Apart | undefined): boolean => other !== undefined && leastOf(other) > signWithinMs;
    const unsure = boundMs > unsureBeyondMs || this.asleepMs() - this.awake > sleptMs;
    const signs = unsure ? 'unsure' : isApart(host) ? 'database-apart' : isApart(issuer) ? 'issuer-apart' : 'yes';
    return { signs, boundMs, host, issuer };
  }

  /**
   * Asked before anything is signed. What waits for it is tried again: clocks are set, and the database answers again.
   * @throws Refusal `clock.unsure`, `clock.database-apart`, `clock.issuer-apart` (503).
   */
  assertSigns(): void {
    const { signs, boundMs, host, issuer } = this.standing();
    this.tell();
    const { signWithinMs, unsureBeyondMs } = this.options.config;
    if (signs === 'unsure') {
      // At the next try it is known again, where the database answers.
      this.outside(() => this.measure()).catch(() => undefined);
      throw refuse('clock.unsure', { boundMs: Math.ceil(boundMs), mostMs: unsureBeyondMs });
    }
    const by = signs === 'database-apart' ? host : issuer;
    if (signs !== 'yes') throw refuse(`clock.${signs}`, { apartMs: Math.round(by?.offsetMs ?? 0), mostMs: signWithinMs });
  }

  /** Waits for nobody: a question that is under way ends with its connection. */
  close(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.closing.abort();
  }

  /** Reads the database's clock; who asks meanwhile gets the same reading. */
  measure(): Promise<void> {
    this.measuring ??= this.read().finally(() => (this.measuring = undefined));
    return this.measuring;
  }

  private async read(): Promise<void> {
    const runner = this.options.dataSource.createQueryRunner();
    try {
      // Waiting for a connection is no part of the question.
      await runner.connect();
      let best: Reading | undefined;
      let awake = this.asleepMs();
      for (let sample = 0; sample < samples; sample += 1) {
        const sent = this.host.steadyMs();
        const [row] = (await runner.query('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS at')) as [{ at: number }];
        const reading = readingOf(sent, row.at, this.host.steadyMs());
        // An answer that it slept over took longer than its steady clock says.
        if (this.asleepMs() - awake > sleptMs) [best, awake, sample] = [undefined, this.asleepMs(), -1];
        else best = preferred(best, reading);
      }
      // What was read before it slept counts no more.
      this.reading = best === undefined || awake - this.awake > sleptMs ? best : preferred(this.reading, best);
      this.awake = awake;
    } finally {
      await runner.release();
    }
    this.tell();
  }

  private async askIssuer(): Promise<void> {
    const reading = await this.options.issuer(() => this.host.steadyMs(), this.closing.signal);
    if (reading !== undefined) this.issuer = preferred(this.issuer, reading);
    this.tell();
  }

  /** Shows it as a metric, and warns once when a clock gets further off than it should be, and once when it is back. */
  private tell(): void {
    const { host, issuer, boundMs } = this.standing();
    uncertainty.record(boundMs);
    for (const [of, other] of Object.entries({ host, issuer })) {
      if (other === undefined) continue;
      offset.record(other.offsetMs, { of });
      const isApart = leastOf(other) > this.options.config.warnBeyondMs;
      if (isApart === this.apart.has(of)) continue;
      const about = { of, offsetMs: Math.round(other.offsetMs), boundMs: Math.ceil(other.boundMs) };
      if (isApart) {
        this.apart.add(of);
        this.options.log.warn('clock.apart', about);
      } else {
        this.apart.delete(of);
        this.options.log.info('clock.together', about);
      }
    }
  }

  /** Grows by what the machine sleeps. */
  private asleepMs(): number {
    return this.host.bootMs() - this.host.steadyMs();
  }

  private get known(): Reading {
    if (this.reading === undefined) throw new Error('the clock was not opened');
    return this.reading;
  }

  private every(seconds: number, turn: () => Promise<void>): void {
    // One that fails leaves what is known, which grows less exact and is said to.
    this.timers.push(setInterval(() => void turn().catch(() => undefined), seconds * 1000).unref());
  }
}

/** How far apart they are at the least. */
const leastOf = ({ offsetMs, boundMs }: Apart): number => Math.abs(offsetMs) - boundMs;
