import type { Id, JsonObject } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';

export interface JobOptions {
  /** Tries before the work is a dead letter. */
  readonly maxAttempts?: number;
  /** Seconds a worker may be silent before another takes the work over. Running work renews it. */
  readonly leaseSeconds?: number;
  /** Seconds before the second try; doubles each time, 10 minutes at most. */
  readonly backoffSeconds?: number;
}

/** What a running job is handed. It re-reads everything else: the order carries a key only. */
export interface JobRun {
  readonly workId: Id;
  readonly key: Id;
  readonly payload: JsonObject;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly lastAttempt: boolean;
  readonly traceparent?: string;
  /** Aborted when the work was cancelled, its lease was lost, or the worker drains. */
  readonly signal: AbortSignal;
  progress(step: JsonObject): Promise<void>;
}

export interface ConsumedEvent {
  readonly id: Id;
  readonly type: string;
  readonly key: Id;
  readonly payload: JsonObject;
}

const jobKey = 'opdomain:job';
const consumerKey = 'opdomain:consumer';
interface JobMark extends JobOptions {
  readonly name: string;
}
interface ConsumerMark {
  readonly type: string;
  readonly name: string;
}

/** Marks a method `(run: JobRun) => Promise<void>` as what does the work of this name. It must be safe to run twice. */
export const Job = (name: string, options: JobOptions = {}): MethodDecorator => SetMetadata(jobKey, { name, ...options } satisfies JobMark);

/**
 * Marks a method `(tx: Tx, event: ConsumedEvent) => Promise<void>` as a consumer of an event type; it runs in its own transaction
 * together with its inbox row, so exactly once per event. `name` is stable: renaming it would consume old events again.
 */
export const Consumes = (type: string, name: string): MethodDecorator => SetMetadata(consumerKey, { type, name } satisfies ConsumerMark);

export interface JobHandler extends Required<JobOptions> {
  readonly name: string;
  run(run: JobRun): Promise<void>;
}
export interface EventHandler {
  readonly type: string;
  readonly name: string;
  consume(tx: Tx, event: ConsumedEvent): Promise<void>;
}

/** Finds all jobs and consumers among the composed providers. */
@Injectable()
export class Handlers {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  jobs(): ReadonlyMap<string, JobHandler> {
    const found = new Map<string, JobHandler>();
    this.each<JobMark>(jobKey, (mark, call) => {
      if (found.has(mark.name)) throw new Error(`two jobs are named ${mark.name}`);
      found.set(mark.name, {
        name: mark.name,
        maxAttempts: mark.maxAttempts ?? 5,
        leaseSeconds: mark.leaseSeconds ?? 60,
        backoffSeconds: mark.backoffSeconds ?? 2,
        run: (run) => call(run),
      });
    });
    return found;
  }

  consumers(): readonly EventHandler[] {
    const found: EventHandler[] = [];
    this.each<ConsumerMark>(consumerKey, (mark, call) => {
      if (found.some((other) => other.name === mark.name && other.type === mark.type))
        throw new Error(`two consumers are named ${mark.name}`);
      found.push({ ...mark, consume: (tx, event) => call(tx, event) });
    });
    return found;
  }

  private each<M>(key: string, found: (mark: M, call: (...args: unknown[]) => Promise<void>) => void): void {
    const seen = new Set<unknown>();
    for (const wrapper of this.discovery.getProviders()) {
      const instance: unknown = wrapper.instance;
      if (typeof instance !== 'object' || instance === null || seen.has(instance)) continue;
      seen.add(instance);
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
      for (const method of this.scanner.getAllMethodNames(prototype)) {
        const body = prototype[method];
        if (typeof body !== 'function') continue;
        const mark = this.reflector.get<M | undefined>(key, body as never);
        if (mark !== undefined) found(mark, (...args) => (body as (...a: unknown[]) => Promise<void>).apply(instance, args));
      }
    }
  }
}
