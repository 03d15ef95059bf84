import {
  asRecord,
  canonicalJson,
  newId,
  refuse,
  usageRecorded,
  type ActContext,
  type Clock,
  type EpochKind,
  type EpochRef,
  type Epochs,
  type Id,
  type Instant,
  type Json,
  type Usage,
} from '#kernel';
import { inSpan } from '#platform/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import { epochChannel, readEpochs } from './epochs.js';
import { journalEntry } from './journal-entry.js';
import type { JournalSealer } from './journal-sealer.js';
import { bindManager, unbind, type DomainEvent, type JournalFact, type Tx, type WorkOrder } from './tx.js';

/** PostgreSQL says: try the whole transaction again. */
const retryable = new Set(['40001', '40P01']);
const attempts = 5;

class Transaction implements Tx {
  readonly recorded = new Set<string>();
  constructor(
    readonly context: ActContext,
    private readonly manager: EntityManager,
    private readonly sealer: JournalSealer,
    private readonly clock: Clock,
    private readonly knownActions: ReadonlySet<string>,
  ) {
    bindManager(this, manager);
  }

  async record(fact: JournalFact): Promise<Id> {
    if (!this.knownActions.has(fact.action)) throw new Error(`no context declares the audit action ${fact.action}`);
    const recordedAt = this.clock.now();
    const entry = journalEntry(newId(Date.parse(recordedAt)), fact, this.context, recordedAt, this.sealer);
    const { actor } = this.context;
    await this.manager.query(
      `INSERT INTO platform.journal (id, txid, recorded_at, decided_at, action, outcome, person_id, organisation_id, object_kind, object_id,
         unit_id, authorisation_id, scenario_id, domain_id, canonical, sm3)
       VALUES ($1, pg_current_xact_id(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [
        entry.id,
        recordedAt,
        fact.decidedAt ?? this.context.at,
        fact.action,
        fact.outcome ?? 'done',
        actor.kind === 'person' ? actor.personId : null,
        actor.kind === 'person' ? actor.organisationId : null,
        fact.object.kind,
        fact.object.id,
        fact.unitId ?? null,
        fact.authorisationId ?? null,
        fact.scenarioId ?? null,
        fact.domainId ?? null,
        entry.canonical,
        entry.sm3,
      ],
    );
    this.recorded.add(fact.action);
    return entry.id;
  }

  async publish(event: DomainEvent): Promise<void> {
    await this.manager.query('INSERT INTO platform.outbox (id, type, key, payload, traceparent) VALUES ($1, $2, $3, $4, $5)', [
      newId(),
      event.type,
      event.key,
      canonicalJson(event.payload),
      this.context.traceparent ?? null,
    ]);
  }

  use(usage: Usage): Promise<void> {
    return this.publish({ type: usageRecorded, key: usage.sourceId, payload: { ...usage } });
  }

  async enqueue(order: WorkOrder): Promise<Id> {
    const id = newId();
    const rows: { id: Id }[] = await this.manager.query(
      `INSERT INTO platform.work (id, kind, name, key, payload, unit_id, scenario_id, due_at, traceparent)
       VALUES ($1, 'job', $2, $3, $4, $5, $6, coalesce($7::timestamptz, now()), $8)
       ON CONFLICT (name, key) WHERE kind = 'job' AND state IN ('due', 'leased') DO UPDATE SET
         due_at = CASE platform.work.state WHEN 'due' THEN least(platform.work.due_at, excluded.due_at) ELSE platform.work.due_at END,
         again_at = CASE platform.work.state WHEN 'leased' THEN least(coalesce(platform.work.again_at, excluded.due_at), excluded.due_at) END
       RETURNING id`,
      [
        id,
        order.name,
        order.key,
        canonicalJson(order.payload ?? {}),
        order.unitId ?? null,
        order.scenarioId ?? null,
        order.dueAt ?? null,
        this.context.traceparent ?? null,
      ],
    );
    return rows[0]?.id ?? id;
  }

  async cancelWork(name: string, key: Id): Promise<number> {
    const [, count]: [unknown, number] = await this.manager.query(
      `UPDATE platform.work SET state = 'cancelled', finished_at = now() WHERE name = $1 AND key = $2 AND state IN ('due', 'leased')`,
      [name, key],
    );
    return count;
  }

  async bumpEpoch(kind: EpochKind, id: Id): Promise<number> {
    const rows: { epoch: string }[] = await this.manager.query(
      `INSERT INTO platform.epochs (kind, id, epoch, bumped_at) VALUES ($1, $2, 1, now())
       ON CONFLICT (kind, id) DO UPDATE SET epoch = platform.epochs.epoch + 1, bumped_at = now() RETURNING epoch`,
      [kind, id],
    );
    const epoch = Number(rows[0]?.epoch);
    await this.manager.query('SELECT pg_notify($1, $2)', [epochChannel, `${kind}/${id}/${String(epoch)}`]);
    return epoch;
  }

  epochs(refs: readonly EpochRef[]): Promise<Epochs> {
    return readEpochs((sql, parameters) => this.manager.query(sql, parameters), refs);
  }

  async raisedAt({ kind, id }: EpochRef): Promise<Instant | undefined> {
    const rows: { at: Date }[] = await this.manager.query('SELECT bumped_at AS at FROM platform.epochs WHERE kind = $1 AND id = $2', [
      kind,
      id,
    ]);
    return rows[0]?.at.toISOString();
  }

  async restOn(refs: readonly EpochRef[], until: Instant | null = null): Promise<void> {
    const { standing } = this.context;
    if (standing !== undefined) standing.rest(refs, await this.epochs(refs), until);
  }

  /** What lets the act in is asked at the act's own moment: in its transaction, before anything else of it. @throws `access.ended`. */
  async assertStanding(): Promise<void> {
    const { standing } = this.context;
    if (standing !== undefined) standing.compare(await this.epochs(standing.refs), this.clock.now());
  }

  async now(): Promise<Instant> {
    const rows: { at: Date }[] = await this.manager.query('SELECT clock_timestamp() AS at');
    return (rows[0]?.at ?? new Date(NaN)).toISOString();
  }
}

/** Gives out transactions: state, journal and outbox commit together, or nothing does. */
export class UnitOfWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: JournalSealer,
    private readonly clock: Clock,
    private readonly knownActions: ReadonlySet<string>,
  ) {}

  /**
   * Runs one act: gather, decide and apply in one transaction that locks what the decision rests on. With an idempotency key the
   * result is kept in the same transaction, and a repeat of the same request is answered with it. Serialisation conflicts are retried.
   * @throws Refusal `http.idempotency-key-reused` when the key came with another request.
   */
  run<T>(context: ActContext, work: (tx: Tx) => Promise<T>, options: { serializable?: boolean } = {}): Promise<T> {
    return inSpan(`act ${context.action}`, { 'opdomain.action': context.action }, async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.dataSource.transaction(options.serializable === true ? 'SERIALIZABLE' : 'READ COMMITTED', (manager) =>
            this.inside(context, manager, work),
          );
        } catch (error) {
          if (attempt >= attempts || !retryable.has((error as { code?: string }).code ?? '')) throw error;
        }
      }
    });
  }

  /** Reads without writing: a write inside is refused by PostgreSQL. */
  read<T>(context: ActContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.dataSource.transaction('REPEATABLE READ', async (manager) => {
      await manager.query('SET TRANSACTION READ ONLY');
      const tx = new Transaction(context, manager, this.sealer, this.clock, this.knownActions);
      try {
        await tx.assertStanding();
        return await work(tx);
      } finally {
        unbind(tx);
      }
    });
  }

  /** Writes one journal row on its own: a refusal or a read, which change no state; also of an access that has ended meanwhile. */
  journal(context: ActContext, fact: JournalFact): Promise<Id> {
    return this.run({ ...asRecord(context), action: fact.action }, (tx) => tx.record(fact));
  }

  private async inside<T>(context: ActContext, manager: EntityManager, work: (tx: Tx) => Promise<T>): Promise<T> {
    const tx = new Transaction(context, manager, this.sealer, this.clock, this.knownActions);
    try {
      await tx.assertStanding();
      const repeat = await this.claimKey(context, manager);
      if (repeat !== undefined) return repeat.result as T;
      const result = await work(tx);
      if (context.idempotency !== undefined) {
        if (!tx.recorded.has(context.action)) throw new Error(`the act ${context.action} left no audit entry`);
        await manager.query('UPDATE platform.idempotency SET result = $3 WHERE key = $1 AND owner = $2', [
          context.idempotency.key,
          ownerOf(context),
          JSON.stringify({ value: result ?? null }),
        ]);
      }
      return result;
    } finally {
      unbind(tx);
    }
  }

  /** The unique key makes a second, concurrent request wait for the first one's commit. */
  private async claimKey(context: ActContext, manager: EntityManager): Promise<{ result: unknown } | undefined> {
    const { idempotency } = context;
    if (idempotency === undefined) return undefined;
    const owner = ownerOf(context);
    const inserted: unknown[] = await manager.query(
      `INSERT INTO platform.idempotency (key, owner, action, request_digest) VALUES ($1, $2, $3, $4)
       ON CONFLICT (key, owner) DO NOTHING RETURNING key`,
      [idempotency.key, owner, context.action, idempotency.digest],
    );
    if (inserted.length === 1) return undefined;
    const rows: { request_digest: string; result: { value: Json } }[] = await manager.query(
      'SELECT request_digest, result FROM platform.idempotency WHERE key = $1 AND owner = $2',
      [idempotency.key, owner],
    );
    const earlier = rows[0];
    if (earlier === undefined || earlier.request_digest !== idempotency.digest)
      throw refuse('http.idempotency-key-reused', { key: idempotency.key });
    return { result: earlier.result.value };
  }
}

const ownerOf = (context: ActContext): string =>
  context.actor.kind === 'person' ? context.actor.personId : `system:${context.actor.component}`;
