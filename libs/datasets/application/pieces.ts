/** Cuts a stream into pieces of at most `size` bytes that can be read one after the other, without holding one in memory. */
export class Pieces {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private rest: Uint8Array | undefined;
  private ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** Whether a byte is left to read. A source that breaks off ends here: what came before the break is still good. */
  async hasMore(): Promise<boolean> {
    while (!this.ended && (this.rest === undefined || this.rest.length === 0)) {
      const next = await this.chunks.next().catch(() => ({ done: true as const, value: undefined }));
      if (next.done === true) this.ended = true;
      else this.rest = next.value;
    }
    return this.rest !== undefined && this.rest.length > 0;
  }

  async *next(size: number): AsyncGenerator<Uint8Array> {
    let left = size;
    while (left > 0 && (await this.hasMore())) {
      const chunk = this.rest ?? new Uint8Array();
      const taken = chunk.subarray(0, left);
      this.rest = chunk.subarray(taken.length);
      left -= taken.length;
      yield taken;
    }
  }
}
