/** Waits that end early when they are aborted. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });

/** A token bucket on the monotonic clock: `burst` at once, then `perSecond`. Callers are served in the order they came. */
export class TokenBucket {
  private tokens: number;
  private last: number;
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.tokens = burst;
    this.last = now();
  }

  /** Reserves one token and says how many milliseconds from now it may be used. */
  reserve(): number {
    const now = this.now();
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.last) * this.perSecond) / 1000);
    this.last = now;
    this.tokens -= 1;
    return this.tokens >= 0 ? 0 : (-this.tokens * 1000) / this.perSecond;
  }
}

/**
 * Lets passes wait while what a cut waits for is under way, and for a moment after it, since a look is several requests in a row. It is
 * precedence and no lock: meanwhile passes go on at a slow pace, so that no storm of cuts stops them.
 */
export class Precedence {
  private running = 0;
  private free: { readonly reached: PromiseWithResolvers<undefined>; readonly meanwhile: TokenBucket } | undefined;
  private ending: NodeJS.Timeout | undefined;

  /** @param passesPerSecond of all passes together, while cuts are under way */
  constructor(
    private readonly lingerMs: number,
    private readonly passesPerSecond: number,
  ) {}

  async first<T>(work: () => Promise<T>): Promise<T> {
    this.running += 1;
    this.free ??= { reached: Promise.withResolvers<undefined>(), meanwhile: new TokenBucket(this.passesPerSecond, 0) };
    clearTimeout(this.ending);
    try {
      return await work();
    } finally {
      this.running -= 1;
      if (this.running === 0) this.ending = setTimeout(() => this.giveWay(), this.lingerMs);
    }
  }

  /** Resolves when a pass may go on. */
  async after(): Promise<void> {
    if (this.free === undefined) return;
    const turn = new AbortController();
    await Promise.race([this.free.reached.promise, pause(this.free.meanwhile.reserve(), turn.signal)]);
    turn.abort();
  }

  private giveWay(): void {
    this.free?.reached.resolve(undefined);
    this.free = undefined;
  }
}

export interface Failure {
  /** HTTP status, or 0 where no answer came at all. */
  readonly status: number;
  readonly retryAfterMs?: number;
}

const readOnly = new Set(['GET', 'HEAD']);

/**
 * Whether a failed request may be sent again. An overloaded server (429) and one that itself says when to come back refused before
 * acting; a lost answer or a gateway's error leaves a write's fate unknown, so only reads are repeated then.
 */
export const mayRetry = (method: string, failure: Failure): boolean =>
  failure.status === 429 ||
  (failure.status >= 500 && failure.retryAfterMs !== undefined) ||
  (readOnly.has(method) && (failure.status === 0 || [500, 502, 503, 504].includes(failure.status)));

const longestWaitMs = 30_000;

/**
 * Milliseconds before try number `tried + 1`: what the server asked for, else 100 ms doubling to 10 s, with "equal jitter".
 * @param chance a number in [0, 1)
 */
export function backoffMs(tried: number, failure: Failure, chance: number): number {
  if (failure.retryAfterMs !== undefined) return Math.min(failure.retryAfterMs, longestWaitMs);
  const ceiling = Math.min(10_000, 100 * 2 ** (tried - 1));
  return ceiling / 2 + (ceiling / 2) * chance;
}
