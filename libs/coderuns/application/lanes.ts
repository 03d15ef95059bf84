import { refuse } from '../domain/refusals.js';

/** Lets a few through at once, in the order they came, and refuses when too many wait. */
export class Lanes {
  private busy = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly mostWaiting: number,
  ) {}

  /** @throws Refusal `coderuns.analysis-busy` */
  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.busy < this.atOnce) this.busy++;
    else {
      if (this.waiting.length >= this.mostWaiting) throw refuse('coderuns.analysis-busy');
      await new Promise<void>((resolve) => this.waiting.push(resolve)); // the place is handed over
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.busy--;
      else next();
    }
  }
}
