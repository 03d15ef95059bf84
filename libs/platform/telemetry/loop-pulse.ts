const beatMs = 250;

/** Whether the event loop turns. Who asks while it stands still gets no answer; who asks afterwards learns that it did. */
export class LoopPulse {
  private beatAt = performance.now();
  private stillUntil = -Infinity;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly limitMs: number) {
    this.timer = setInterval(() => this.beat(), Math.min(beatMs, limitMs / 4));
    this.timer.unref();
  }

  /** It stands still, or did within the last such time. */
  get stoodStill(): boolean {
    this.beat();
    return performance.now() - this.stillUntil < this.limitMs;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const now = performance.now();
    if (now - this.beatAt > this.limitMs) this.stillUntil = now;
    this.beatAt = now;
  }
}
