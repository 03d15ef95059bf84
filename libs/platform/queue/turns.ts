import { setTimeout as pause } from 'node:timers/promises';

export interface Turn {
  /** Does a piece of the work. @returns after how many milliseconds the next turn is due; 0 where there is more at once */
  take(): Promise<number>;
  /** Told of a turn that failed; the loop goes on. @returns as `take` */
  failed(fault: unknown): number;
}

/** Work that has no orders: one turn after another for as long as the process stands. */
export class Turns {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly turn: Turn) {}

  start(): void {
    this.running = this.loop();
  }

  /** Resolves when the turn that is being taken has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const waitMs = await this.turn.take().catch((fault: unknown) => this.turn.failed(fault));
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
