import type { ActContext, EpochKind, EpochRef, Epochs, Id, Instant, JsonObject, Usage } from '#kernel';
import type { EntityManager } from 'typeorm';

/** What happened, for the journal. Ids, names of fields, figures and dates only: never a raw value (AUD-08). */
export interface JournalFact {
  /** An action of some context's `auditActions`. */
  readonly action: string;
  readonly object: { readonly kind: string; readonly id: Id };
  readonly outcome?: 'done' | 'refused' | 'read' | 'intent' | 'outcome';
  readonly unitId?: Id;
  readonly authorisationId?: Id;
  readonly scenarioId?: Id;
  readonly domainId?: Id;
  readonly reasons?: readonly string[];
  /** States before and after; only their digests are kept. */
  readonly before?: unknown;
  readonly after?: unknown;
  readonly details?: JsonObject;
  /** The date of the decision where it differs from the date of its recording. */
  readonly decidedAt?: Instant;
  /** Journal id of the intent that this outcome closes. */
  readonly intentOf?: Id;
}

/** A versioned event type of the publisher's contract. The payload holds ids and figures only; consumers re-read. */
export interface DomainEvent {
  readonly type: string;
  readonly key: Id;
  readonly payload: JsonObject;
}

/** Queued work: the row is the truth, the queue merely rings. */
export interface WorkOrder {
  /** Name of a `@Job`. */
  readonly name: string;
  readonly key: Id;
  readonly dueAt?: Instant;
  readonly unitId?: Id;
  readonly scenarioId?: Id;
  readonly payload?: JsonObject;
}

/**
 * One transaction of the unit of work. Only the unit of work makes one; repositories take it, so that nothing is written outside.
 * State, journal and outbox commit together or not at all.
 */
export interface Tx {
  readonly context: ActContext;
  /** Writes a journal row. @returns its id. */
  record(fact: JournalFact): Promise<Id>;
  publish(event: DomainEvent): Promise<void>;
  /** Publishes `usage.recorded.v1`. */
  use(usage: Usage): Promise<void>;
  /**
   * @returns the work's id. A waiting order of the same name and key is kept, not doubled; one that is running already runs once more
   * afterwards, since it may have read before this act. Work may so order its own next run.
   */
  enqueue(order: WorkOrder): Promise<Id>;
  /** Takes open work of this key off the queue; running work sees its signal aborted at its next heartbeat. */
  cancelWork(name: string, key: Id): Promise<number>;
  /** Raises an access epoch and tells listeners after the commit. */
  bumpEpoch(kind: EpochKind, id: Id): Promise<number>;
  /** Epochs as this transaction sees them. */
  epochs(refs: readonly EpochRef[]): Promise<Epochs>;
  /** When an epoch was last raised, by the transaction's start; undefined for what never was. */
  raisedAt(ref: EpochRef): Promise<Instant | undefined>;
  /**
   * Says what the access that this act belongs to rests on: from here on it ends with the first of them that is cut, or at `until`.
   * Asked in the transaction that lets it in, after what is decided by was locked.
   */
  restOn(refs: readonly EpochRef[], until?: Instant | null): Promise<void>;
  /** The database's own clock at this moment: the one clock of which a receipt's times are taken. */
  now(): Promise<Instant>;
}

const managers = new WeakMap<Tx, EntityManager>();

/** For the unit of work alone. */
export const bindManager = (tx: Tx, manager: EntityManager): void => void managers.set(tx, manager);

/** For persistence rooms alone (dependency rule `entity-manager-in-persistence-only`). */
export function managerOf(tx: Tx): EntityManager {
  const manager = managers.get(tx);
  if (manager === undefined) throw new Error('a Tx that the unit of work did not make, or that has ended');
  return manager;
}

export const unbind = (tx: Tx): void => void managers.delete(tx);
