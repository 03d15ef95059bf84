import { setTimeout as pause } from 'node:timers/promises';

/** Cuts a stream into pieces that can be read one after the other, without holding one in memory. */
export class Pieces {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Uint8Array | undefined;
  private ended = false;
  private looking: Promise<boolean> | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** Whether a byte is left to read. A source that breaks off ends here: what came before the break is still good. */
  hasMore(): Promise<boolean> {
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async look(): Promise<boolean> {
    while (!this.ended && (this.rest === undefined || this.rest.length === 0)) {
      const next = await this.chunks.next().catch(() => ({ done: true as const, value: undefined }));
      if (next.done === true) this.ended = true;
      else this.rest = next.value;
    }
    return this.rest !== undefined && this.rest.length > 0;
  }

  /** A piece ends with `bytes`, or when `ms` are over since it was begun: what comes slowly does not wait for the rest. */
  async *next(most: { readonly bytes: number; readonly ms: number }): AsyncGenerator<Uint8Array> {
    const over = new AbortController();
    const late = pause(most.ms, false, { signal: over.signal }).catch(() => false);
    try {
      let left = most.bytes;
      while (left > 0 && (await Promise.race([late, this.hasMore()]))) {
        const chunk = this.rest ?? new Uint8Array();
        const taken = chunk.subarray(0, left);
        this.rest = chunk.subarray(taken.length);
        left -= taken.length;
        yield taken;
      }
    } finally {
      over.abort();
    }
  }
}
