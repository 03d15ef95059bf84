import type {
  ActContext,
  Ending,
  EndStage,
  EpochKind,
  EpochRef,
  Epochs,
  EventType,
  Id,
  Instant,
  JobType,
  JsonObject,
  Usage,
} from '#kernel';
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

/** Queued work about one object: the row is the truth, the queue merely rings. */
export interface WorkOrder {
  readonly key: Id;
  readonly dueAt?: Instant;
  readonly unitId?: Id;
  readonly scenarioId?: Id;
}

/**
 * One transaction of the unit of work. Only the unit of work makes one; repositories take it, so that nothing is written outside.
 * State, journal and outbox commit together or not at all.
 */
export interface Tx {
  readonly context: ActContext;
  /** Writes a journal row. @returns its id. */
  record(fact: JournalFact): Promise<Id>;
  publish<P extends object>(event: EventType<P>, key: Id, payload: P): Promise<void>;
  /** Publishes `usageRecorded`. */
  use(usage: Usage): Promise<void>;
  /**
   * @returns the work's id. A waiting order of the same name and key is kept, not doubled; one that is running already runs once more
   * afterwards, since it may have read before this act. Work may so order its own next run.
   * @throws Refusal `work.too-much-waiting` (429) where a person or unit has as much waiting in the lane as it may.
   */
  enqueue(job: JobType, order: WorkOrder): Promise<Id>;
  /** Takes open work of this key off the queue; running work sees its signal aborted at its next heartbeat. */
  cancelWork(job: JobType, key: Id): Promise<number>;
  /** Raises an access epoch, once in an act however often it is asked for, and tells listeners after the commit. */
  bumpEpoch(kind: EpochKind, id: Id): Promise<void>;
  /** Marks an end: from the commit on every act under it is refused, at `closing` those that begin something. Never taken back. */
  end(what: Ending, stage: EndStage): Promise<void>;
  /** Epochs as this transaction sees them. */
  epochs(refs: readonly EpochRef[]): Promise<Epochs>;
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
