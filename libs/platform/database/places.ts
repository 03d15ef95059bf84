import { AsyncLocalStorage } from 'node:async_hooks';
import { Shares, type ActContext, type Taker } from '#kernel';
import { defaultLimits } from '#platform/config';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { DatabaseLimits } from './bounded-client.js';
import { outageRefusal } from './outage.js';
import { PoolPulse } from './pool-pulse.js';
import { refuse } from './refusals.js';

/** Connections that people's acts leave to what cuts, to sign-in and to the process itself. */
const kept = 2;

const extraOf = (dataSource: DataSource) =>
  (dataSource.options as { readonly extra?: { readonly max?: number; readonly limits?: DatabaseLimits } }).extra ?? {};
export const connectionsOf = (dataSource: DataSource): number => extraOf(dataSource).max ?? 10;
/** How long anybody waits for a connection, or for a place. */
export const placeWithinMs = (dataSource: DataSource): number => (extraOf(dataSource).limits ?? defaultLimits.database).placeMs;

interface Held {
  readonly of: DataSource;
  open: boolean;
}
const holding = new AsyncLocalStorage<Held>();

/** Runs what stands inside a transaction of that data source, so that a second connection asked for meanwhile is noticed. */
export async function inTransaction<T>(of: DataSource, work: () => Promise<T>): Promise<T> {
  const held: Held = { of, open: true };
  try {
    return await holding.run(held, work);
  } finally {
    // What the work left running, e.g. a timer, is not inside any more.
    held.open = false;
  }
}

const placed = new AsyncLocalStorage<{ open: boolean }>();
/** Whether what runs now holds a place of people's in a transaction: others wait for it. */
export const othersWait = (): boolean => placed.getStore()?.open === true && holding.getStore()?.open === true;

/**
 * Nothing takes a second connection while it holds one: as many at once as there are connections would wait for one another for ever.
 * Nobody waits for a connection without end either. @throws Refusal `database.busy`, later, where none becomes free
 */
export function guardConnections(dataSource: DataSource): DataSource {
  const driver = dataSource.driver as PostgresDriver;
  const obtain = driver.obtainMasterConnection.bind(driver);
  const pulse = PoolPulse.of(dataSource);
  driver.obtainMasterConnection = async () => {
    const held = holding.getStore();
    if (held?.open === true && held.of === dataSource) throw new Error('a second connection was asked for inside a transaction');
    pulse.wanted();
    try {
      const [connection, release] = (await obtain()) as [unknown, (fault?: Error) => void];
      pulse.moved('given');
      return [
        connection,
        (fault?: Error) => {
          release(fault);
          pulse.moved('back');
        },
      ];
    } catch (fault) {
      // pg-pool has no code for it.
      const none = /timeout exceeded when trying to connect/.test((fault as Error).message);
      pulse.moved(none ? 'none' : 'failed');
      throw none ? refuse('database.busy') : (outageRefusal(fault) ?? fault);
    }
  };
  return dataSource;
}

interface Waiting {
  /** Takes the place, if there is one now. @returns what gives it back */
  readonly take: () => (() => void) | undefined;
  readonly go: (leave: () => void) => void;
}

/**
 * Places for the transactions of people. They leave some connections to what may not wait for them: acts that cut, the guard before every
 * act, probes. Of the places nobody has more than half and no organisation more than three quarters, however much they ask for; the others wait in the order in which they came.
 * Acts that cut go before all others, and leave one connection themselves: that they have cut is shown by requests that need it.
 */
export class Places {
  private readonly shares: Shares;
  private readonly all: number;
  private readonly allWithCuts: number;
  private taken = 0;
  private readonly waiting: { readonly cuts: Waiting[]; readonly others: Waiting[] } = { cuts: [], others: [] };

  constructor(
    connections: number,
    private readonly withinMs = defaultLimits.database.placeMs,
  ) {
    const all = Math.max(1, connections - kept);
    this.all = all;
    this.allWithCuts = Math.max(all + 1, connections - 1);
    this.shares = new Shares({ all, person: Math.max(1, Math.floor(all / 2)), unit: Math.max(1, Math.floor((all * 3) / 4)) });
  }

  /** @throws Refusal `database.busy` (503) when no place became free in time */
  async through<T>({ actor, urgent }: ActContext, work: () => Promise<T>): Promise<T> {
    if (actor.kind !== 'person') return work();
    const taker = { person: actor.personId, unit: actor.organisationId };
    const leave = await (urgent === true
      ? this.place(this.waiting.cuts, () => this.takeCut())
      : this.place(this.waiting.others, () => this.take(taker)));
    // Nobody waits for what cuts, but those who wait for its place.
    const place = { open: urgent !== true };
    try {
      return await placed.run(place, work);
    } finally {
      place.open = false;
      leave();
      this.giveNext();
    }
  }

  private takeCut(): (() => void) | undefined {
    return this.taken < this.allWithCuts ? this.count(() => undefined) : undefined;
  }

  private take(taker: Taker): (() => void) | undefined {
    if (this.taken >= this.all) return undefined;
    const taken = this.shares.take(taker);
    return typeof taken === 'string' ? undefined : this.count(taken);
  }

  private count(leave: () => void): () => void {
    this.taken += 1;
    return () => {
      this.taken -= 1;
      leave();
    };
  }

  private async place(queue: Waiting[], take: Waiting['take']): Promise<() => void> {
    return take() ?? (await this.wait(queue, take));
  }

  private wait(queue: Waiting[], take: Waiting['take']): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        take,
        go: (leave) => {
          clearTimeout(late);
          resolve(leave);
        },
      };
      const late = setTimeout(() => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(refuse('database.busy'));
      }, this.withinMs);
      queue.push(waiting);
    });
  }

  /** To the first that waits and may have it. */
  private giveNext(): void {
    for (const queue of [this.waiting.cuts, this.waiting.others])
      for (const [at, { take, go }] of queue.entries()) {
        const leave = take();
        if (leave === undefined) continue;
        queue.splice(at, 1);
        go(leave);
        return;
      }
  }
}
