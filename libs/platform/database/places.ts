import { AsyncLocalStorage } from 'node:async_hooks';
import type { ActContext, Id } from '#kernel';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { refuse } from './refusals.js';

/** How long anybody waits for a connection, or for a place. */
export const placeWithinMs = 10_000;
/** Connections that people's acts leave to what cuts, to sign-in and to the process itself. */
const kept = 2;

export const connectionsOf = (dataSource: DataSource): number =>
  (dataSource.options as { readonly extra?: { readonly max?: number } }).extra?.max ?? 10;

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

/**
 * Nothing takes a second connection while it holds one: as many at once as there are connections would wait for one another for ever.
 * Nobody waits for a connection without end either. @throws Refusal `database.busy`, later, where none becomes free
 */
export function guardConnections(dataSource: DataSource): DataSource {
  const driver = dataSource.driver as PostgresDriver;
  const obtain = driver.obtainMasterConnection.bind(driver);
  driver.obtainMasterConnection = async () => {
    const held = holding.getStore();
    if (held?.open === true && held.of === dataSource) throw new Error('a second connection was asked for inside a transaction');
    return obtain().catch((fault: unknown) => {
      // pg-pool has no code for it.
      throw fault instanceof Error && /timeout exceeded when trying to connect/.test(fault.message) ? refuse('database.busy') : fault;
    });
  };
  return dataSource;
}

interface Waiting {
  readonly person: Id;
  readonly take: () => void;
}

/**
 * Places for the transactions of people. They leave some connections to what may not wait for them: acts that cut, the guard before every
 * act, probes. Of the places nobody has more than half, however much they ask for; the others wait in the order in which they came.
 */
export class Places {
  private readonly places: number;
  private readonly each: number;
  private readonly taken = new Map<Id, number>();
  private readonly waiting: Waiting[] = [];
  private busy = 0;

  constructor(
    connections: number,
    private readonly withinMs = placeWithinMs,
  ) {
    this.places = Math.max(1, connections - kept);
    this.each = Math.max(1, Math.floor(this.places / 2));
  }

  /** @throws Refusal `database.busy` (503) after ten seconds without a place */
  async through<T>({ actor, urgent }: ActContext, work: () => Promise<T>): Promise<T> {
    if (actor.kind !== 'person' || urgent === true) return work();
    await this.place(actor.personId);
    try {
      return await work();
    } finally {
      this.leave(actor.personId);
    }
  }

  private has(person: Id): boolean {
    return this.busy < this.places && (this.taken.get(person) ?? 0) < this.each;
  }

  private take(person: Id): void {
    this.busy += 1;
    this.taken.set(person, (this.taken.get(person) ?? 0) + 1);
  }

  private async place(person: Id): Promise<void> {
    if (this.has(person)) {
      this.take(person);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const given: Waiting = {
        person,
        take: () => {
          clearTimeout(late);
          resolve();
        },
      };
      const late = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(given), 1);
        reject(refuse('database.busy'));
      }, this.withinMs);
      this.waiting.push(given);
    });
  }

  private leave(person: Id): void {
    this.busy -= 1;
    const left = (this.taken.get(person) ?? 1) - 1;
    if (left === 0) this.taken.delete(person);
    else this.taken.set(person, left);
    const next = this.waiting.findIndex((one) => this.has(one.person));
    const [one] = next < 0 ? [] : this.waiting.splice(next, 1);
    if (one === undefined) return;
    this.take(one.person);
    one.take();
  }
}
