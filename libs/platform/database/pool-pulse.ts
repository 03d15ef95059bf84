/** `given`: somebody got a connection. `failed`: PostgreSQL is away; the pool itself moves. `none`: nobody gave one back in time. `back`: one was. */
type Move = 'given' | 'failed' | 'none' | 'back';

/**
 * Whether the connections of a pool go round: stuck is a pool of which somebody wants a connection while none is given out and none comes
 * back. An outage of PostgreSQL is not that, and a new process would not mend it.
 */
export class PoolPulse {
  private static readonly known = new WeakMap<object, PoolPulse>();
  private wanting = 0;
  private since: number | undefined;

  /** @param elapsed milliseconds on a clock that nobody sets */
  constructor(private readonly elapsed: () => number = () => performance.now()) {}

  static of(dataSource: object): PoolPulse {
    const pulse = PoolPulse.known.get(dataSource) ?? new PoolPulse();
    PoolPulse.known.set(dataSource, pulse);
    return pulse;
  }

  wanted(): void {
    this.wanting += 1;
    this.since ??= this.elapsed();
  }

  moved(move: Move): void {
    if (move !== 'back') this.wanting -= 1;
    if (move !== 'none') this.since = this.wanting > 0 ? this.elapsed() : undefined;
  }

  /** For how many milliseconds connections were wanted while nothing moved; 0 for a pool that goes round. */
  get stuckMs(): number {
    return this.since === undefined ? 0 : this.elapsed() - this.since;
  }
}
