import { counter, histogram, inSpan, type Logger } from '#platform/telemetry';
import { pause } from './pace.js';
import type { Leadership, Reconciler } from './reconciler.js';

const urgentEveryMs = 500;
/** Several changes of one namespace arrive together; one pass answers them all. */
const settleMs = 150;
const passes = counter('opdomain_reconcile_passes', 'passes of reconcilers by outcome');
const duration = histogram('opdomain_reconcile_duration', 'duration of one pass', 'ms');

/** Runs one reconciler in a term: keys wait in a set, so that being woken often is being passed over once. */
export class ReconcileLoop {
  private readonly waiting = new Set<string>();
  private readonly running = new Map<string, Promise<void>>();

  constructor(
    private readonly reconciler: Reconciler,
    private readonly leadership: Leadership,
    private readonly log: Logger,
    private readonly concurrency = 4,
  ) {}

  /** Until the signal aborts; then waits for the passes under way. */
  async run(signal: AbortSignal): Promise<void> {
    const unwatch = this.reconciler.watch?.(this.leadership.cluster, (key) => this.waiting.add(key));
    let resyncAt = 0;
    while (!signal.aborted) {
      if (performance.now() >= resyncAt) {
        resyncAt = performance.now() + this.reconciler.resyncMs;
        await this.wakeAll('keys', () => this.reconciler.keys());
      }
      await this.wakeAll('urgent', async () => (await this.reconciler.urgent?.()) ?? []);
      const every = this.reconciler.urgentEveryMs ?? urgentEveryMs;
      for (let settled = 0; settled < every; settled += settleMs) {
        this.begin();
        await pause(Math.min(settleMs, every), signal);
      }
    }
    await Promise.all(this.running.values());
    await unwatch?.();
  }

  private begin(): void {
    if (this.leadership.term.isCurrent()) this.beginWaiting();
  }

  private beginWaiting(): void {
    for (const key of this.waiting) {
      if (this.running.size >= this.concurrency) return;
      if (this.running.has(key)) continue;
      this.waiting.delete(key);
      this.running.set(
        key,
        this.pass(key).finally(() => this.running.delete(key)),
      );
    }
  }

  private async pass(key: string): Promise<void> {
    const began = performance.now();
    const { name } = this.reconciler;
    try {
      await inSpan(`reconcile ${name}`, { 'opdomain.key': key }, () => this.reconciler.reconcile(key, this.leadership));
      passes.add(1, { name, outcome: 'done' });
    } catch (fault) {
      passes.add(1, { name, outcome: 'failed' });
      this.log.error('reconcile.failed', fault, { name, key });
    }
    duration.record(performance.now() - began, { name });
  }

  private async wakeAll(what: string, keys: () => Promise<readonly string[]>): Promise<void> {
    for (const key of (await this.attempt(what, keys)) ?? []) this.waiting.add(key);
  }

  private async attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (fault) {
      this.log.error('reconcile.not-heard', fault, { name: this.reconciler.name, what });
      return undefined;
    }
  }
}
