interface Waiting<K, V> {
  readonly key: K;
  readonly resolve: (value: V) => void;
  readonly reject: (fault: unknown) => void;
}

/** For how long after a read for several it is gathered before each read: in a crowd one is soon followed by others, and a read costs as much. */
const crowdMs = 500;
const crowdGatherMs = 25;

interface Batching {
  /** Keys of one read. */
  readonly most?: number;
  /** How long it is gathered in a crowd; 0 where those who ask come out of an earlier read together, and so ask in one turn anyway. */
  readonly gatherMs?: number;
  /** Reads that go on at the same time; more than one where each takes long and none needs to know of another. */
  readonly atOnce?: number;
}

/**
 * Reads once for all who ask at about the same time. Who asks while a read is under way gets the next one: what is answered was read after
 * the question, and a receipt rests on that. Where a read of several fails, each is read again alone: one that cannot be read keeps nobody else.
 */
export class Batched<K, V> {
  private waiting: Waiting<K, V>[] = [];
  private readings = 0;
  private crowdUntil = 0;

  private readonly most: number;
  private readonly gatherMs: number;
  private readonly atOnce: number;

  /** @param read answers in the order of its keys; the same key may stand there twice */
  constructor(
    private readonly read: (keys: readonly K[]) => Promise<readonly V[]>,
    { most = 200, gatherMs = crowdGatherMs, atOnce = 1 }: Batching = {},
  ) {
    this.most = most;
    this.gatherMs = gatherMs;
    this.atOnce = atOnce;
  }

  ask(key: K): Promise<V> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      void this.work();
    });
  }

  private async work(): Promise<void> {
    if (this.readings >= this.atOnce) return;
    this.readings += 1;
    // Who asks in the same turn is taken along.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      if (this.gatherMs > 0 && performance.now() < this.crowdUntil) await new Promise((resolve) => setTimeout(resolve, this.gatherMs));
      const asked = this.waiting.splice(0, this.most);
      if (asked.length > 1) this.crowdUntil = performance.now() + crowdMs;
      await this.answer(asked);
    }
    this.readings -= 1;
  }

  private async answer(asked: readonly Waiting<K, V>[]): Promise<void> {
    try {
      const values = await this.read(asked.map(({ key }) => key));
      if (values.length !== asked.length)
        throw new RangeError(`${String(asked.length)} were asked for, ${String(values.length)} were read`);
      asked.forEach(({ resolve }, position) => {
        resolve(values[position] as V);
      });
    } catch (fault) {
      // Who all asked the same have their answer.
      if (new Set(asked.map(({ key }) => key)).size > 1) await Promise.all(asked.map((one) => this.answer([one])));
      else for (const { reject } of asked) reject(fault);
    }
  }
}
