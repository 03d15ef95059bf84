import type { EventType, Id, Instant, JobType, JsonObject } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable, SetMetadata } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';

/** What a running job is handed. It re-reads everything else: the order carries a key only. */
export interface JobRun {
  readonly workId: Id;
  readonly key: Id;
  /** 1 for the first try; only tries that failed by the work's own fault count. */
  readonly attempt: number;
  readonly traceparent?: string;
  /** Aborted when the work was cancelled, its lease was lost, or the worker drains. */
  readonly signal: AbortSignal;
  /** Says how far it is, which is also what its lease lives on. */
  progress(step: JsonObject): Promise<void>;
  /**
   * In the transaction in which what was made begins to count, after its subject was locked: the work is still this try's, and stays so until
   * the commit. @throws LeaseLost
   */
  held(tx: Tx): Promise<void>;
  /** Has it run once more at a time, after this run has ended well: it waits, holds no place and costs no try. */
  again(at: Instant): void;
}

export interface ConsumedEvent<P extends object = object> {
  readonly id: Id;
  readonly key: Id;
  /**
   * When the act said so, by the database's clock. News may come late, and after what undid it: a consumer asks how things stand, and takes
   * from here what was before.
   */
  readonly at: Instant;
  readonly payload: P;
}

/** What a consumer of this event type is handed. */
export type EventOf<E extends EventType> = ConsumedEvent<E extends EventType<infer P> ? P : never>;

const jobKey = 'opdomain:job';
const consumerKey = 'opdomain:consumer';
interface ConsumerMark {
  readonly event: EventType;
  readonly name: string;
}
/** A decorator of methods of this shape alone: another signature does not compile. */
type MethodMark<Args extends readonly unknown[]> = <R>(
  target: object,
  property: string,
  descriptor: TypedPropertyDescriptor<(...args: Args) => Promise<R>>,
) => void;

/** Marks the method that does work of this kind. It must be safe to run twice. */
export const Job =
  (job: JobType): MethodMark<[run: JobRun]> =>
  (target, property, descriptor) =>
    void SetMetadata(jobKey, job)(target, property, descriptor);

/**
 * Marks a consumer of an event; it runs in its own transaction together with its inbox row, so exactly once per event.
 * `name` is stable: renaming it would consume old events again.
 */
export const Consumes =
  <P extends object>(event: EventType<P>, name: string): MethodMark<[tx: Tx, event: ConsumedEvent<P>]> =>
  (target, property, descriptor) =>
    void SetMetadata(consumerKey, { event, name } satisfies ConsumerMark)(target, property, descriptor);

export interface JobHandler {
  readonly job: JobType;
  run(run: JobRun): Promise<void>;
}
export interface EventHandler {
  readonly event: EventType;
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
    this.each<JobType>(jobKey, (job, call) => {
      if (found.has(job.name)) throw new Error(`two handlers do the work ${job.name}`);
      found.set(job.name, { job, run: (run) => call(run) });
    });
    return found;
  }

  consumers(): readonly EventHandler[] {
    const found: EventHandler[] = [];
    this.each<ConsumerMark>(consumerKey, (mark, call) => {
      if (found.some((other) => other.name === mark.name)) throw new Error(`two consumers are named ${mark.name}`);
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
