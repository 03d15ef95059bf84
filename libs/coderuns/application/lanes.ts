import { Shares, type Taker } from '#kernel';
import { refuse } from '../domain/refusals.js';

export interface LaneLimits {
  readonly atOnce: number;
  /** How many may wait: all together, of one person and of one unit. */
  readonly waiting: number;
  readonly waitingPerPerson: number;
  readonly waitingPerUnit: number;
}

interface Waiting {
  readonly taker: Taker;
  readonly start: () => void;
}

/**
 * Lets a few through at once and refuses when too many wait. While others wait, no unit has every place, and the next place goes to who
 * was served longest ago: the unit first, then its person.
 */
export class Lanes {
  private readonly running: Shares;
  private readonly places: Shares;
  private waiting: Waiting[] = [];
  private readonly served = new Map<string, number>();
  private turn = 0;

  constructor({ atOnce, waiting, waitingPerPerson, waitingPerUnit }: LaneLimits) {
    const share = Math.max(1, atOnce - 1);
    this.running = new Shares({ all: atOnce, person: share, unit: share });
    this.places = new Shares({ all: atOnce + waiting, person: share + waitingPerPerson, unit: share + waitingPerUnit });
  }

  /** @throws Refusal `coderuns.analysis-busy`, `coderuns.analysis-share-full` */
  async through<T>(taker: Taker, work: () => Promise<T>): Promise<T> {
    const leave = this.places.take(taker);
    if (leave === 'all') throw refuse('coderuns.analysis-busy');
    if (typeof leave === 'string') throw refuse('coderuns.analysis-share-full', { whose: leave, limit: this.places.places[leave] });
    try {
      const end = await this.turnOf(taker);
      try {
        return await work();
      } finally {
        end();
        this.startNext();
      }
    } finally {
      leave();
    }
  }

  private turnOf(taker: Taker): Promise<() => void> {
    return new Promise((resolve) => {
      const start = (): void => {
        const end = this.running.take(taker);
        if (typeof end === 'string') throw new Error('a turn without a place');
        this.turn += 1;
        for (const who of [taker.unit, taker.person]) this.served.set(who, this.turn);
        resolve(end);
      };
      this.waiting.push({ taker, start });
      this.startNext();
    });
  }

  private startNext(): void {
    const since = (who: string): number => this.served.get(who) ?? 0;
    const [next] = this.waiting
      .filter(({ taker }) => this.running.fullFor(taker) === undefined)
      .sort((a, b) => since(a.taker.unit) - since(b.taker.unit) || since(a.taker.person) - since(b.taker.person));
    if (next === undefined) return;
    this.waiting = this.waiting.filter((one) => one !== next);
    next.start();
  }
}
