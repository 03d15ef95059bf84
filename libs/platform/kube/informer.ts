import type { Connection } from './connection.js';
import type { KubeObject, ObjectList } from './objects.js';
import { backoffMs, pause } from './pace.js';

export interface InformerOptions {
  /** A fresh list at least this often, so that nothing missed stays missed. */
  readonly resyncMs?: number;
}
export interface InformerSource<T extends KubeObject> {
  list(): Promise<ObjectList<T>>;
  path(): Promise<string>;
  readonly query: Readonly<Record<string, string>>;
}
/** Told the key (`namespace/name` or `name`) of what may have changed; the object itself is read from the informer. */
export type OnKey = (key: string) => void;

const shortestWatchMs = 1_000;
const isTimeout = (error: unknown): boolean => (error as { name?: unknown } | null | undefined)?.name === 'TimeoutError';

export const keyOf = (object: KubeObject): string =>
  object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`;

/**
 * List and watch of one kind that comes back after any error: the library's own informer stays dead after everything but a 410.
 * Whatever ended a watch, the next one begins with a new list, so a restored or restarted API server cannot hold it on an old
 * resourceVersion. It says only *that* something may differ: reconcilers go by key, never by event.
 */
export class Informer<T extends KubeObject> {
  private readonly objects = new Map<string, T>();
  private readonly listeners = new Set<OnKey>();
  private readonly stopping = new AbortController();
  private state: 'starting' | 'ready' | 'recovering' | 'stopped' = 'starting';
  private lastError: string | undefined;
  private running: Promise<void> | undefined;
  private firstList = Promise.withResolvers<undefined>();

  constructor(
    private readonly connection: Connection,
    private readonly source: InformerSource<T>,
    private readonly options: InformerOptions,
  ) {}

  /** Begins (once) and resolves with the first complete list. */
  async start(): Promise<void> {
    this.running ??= this.run();
    await this.firstList.promise;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.state = 'stopped';
    this.firstList.resolve(undefined);
  }

  /** `ready`: a list is complete and a watch is open on it. What it holds while `recovering` may be old. */
  status(): { readonly state: Informer<T>['state']; readonly lastError?: string } {
    return { state: this.state, ...(this.lastError === undefined ? {} : { lastError: this.lastError }) };
  }
  isReady(): boolean {
    return this.state === 'ready';
  }
  get(key: string): T | undefined {
    return this.objects.get(key);
  }
  all(): readonly T[] {
    return [...this.objects.values()];
  }
  onKey(listener: OnKey): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const list = await this.source.list();
        this.take(list.items);
        this.state = 'ready';
        this.lastError = undefined;
        failures = 0;
        this.firstList.resolve(undefined);
        await this.follow(list.resourceVersion);
      } catch (error) {
        failures += 1;
        this.state = 'recovering';
        this.lastError = error instanceof Error ? error.message : 'unknown';
        await pause(backoffMs(failures, { status: 0 }, Math.random()), signal);
      }
    }
  }

  /** Follows changes until the resync is due (returns) or the watch fails (throws). */
  private async follow(from: string): Promise<void> {
    const { signal } = this.stopping;
    const due = performance.now() + (this.options.resyncMs ?? 300_000);
    let version = from;
    while (!signal.aborted && performance.now() < due) {
      const began = performance.now();
      version = await this.watchOnce(version, Math.max(1, Math.ceil((due - began) / 1000)));
      // A server (or a proxy before it) that closes every watch at once must not be asked in a tight loop.
      if (performance.now() - began < shortestWatchMs) await pause(shortestWatchMs, signal);
    }
  }

  private async watchOnce(from: string, seconds: number): Promise<string> {
    const ended = Promise.withResolvers<unknown>();
    let open = false;
    let version = from;
    let fault: Error | undefined;
    const watch = this.connection.watch();
    const query = { ...this.source.query, resourceVersion: from, allowWatchBookmarks: true, timeoutSeconds: seconds };
    const seen = (phase: string, object: T & { readonly message?: string }): void => {
      if (phase === 'ERROR') {
        fault = new Error(object.message ?? 'the watch reported an error');
        return;
      }
      version = object.metadata.resourceVersion ?? version;
      if (phase === 'BOOKMARK') return;
      const key = keyOf(object);
      if (phase === 'DELETED') this.objects.delete(key);
      else this.objects.set(key, object);
      this.tell(key);
    };
    const controller = await watch.watch(await this.source.path(), query, seen, (error: unknown) => {
      // A silence before the answer is an outage; afterwards nothing happened that long.
      ended.resolve(!open && isTimeout(error) ? new Error('the watch was not opened') : error);
    });
    open = true;
    const abort = (): void => {
      controller.abort();
      ended.resolve(undefined);
    };
    this.stopping.signal.addEventListener('abort', abort, { once: true });
    if (this.stopping.signal.aborted) abort();
    const error = await ended.promise;
    this.stopping.signal.removeEventListener('abort', abort);
    if (fault) throw fault;
    // The library ends a silent watch itself; going on from the last version seen is then right.
    if (error instanceof Error && !isTimeout(error) && !this.stopping.signal.aborted) throw error;
    return version;
  }

  private take(items: readonly T[]): void {
    const keys = new Set(items.map(keyOf));
    const gone = [...this.objects.keys()].filter((key) => !keys.has(key));
    for (const key of gone) this.objects.delete(key);
    for (const item of items) this.objects.set(keyOf(item), item);
    // Also what did not change: a resync rings for every key once.
    for (const key of [...gone, ...keys]) this.tell(key);
  }

  private tell(key: string): void {
    for (const listener of this.listeners) listener(key);
  }
}
