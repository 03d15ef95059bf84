import {
  asRecord,
  canonicalJson,
  epochKey,
  newId,
  type ActContext,
  type Clock,
  type Ending,
  type EndStage,
  type EpochKind,
  type EpochRef,
  type Epochs,
  type EventType,
  type Id,
  type Instant,
  type JobType,
  type Usage,
} from '#kernel';
import { inSpan } from '#platform/telemetry';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { endedAbove, scenarioOf, type Barred, type Belongings } from './endings.js';
import { epochChannel, epochLock, holdEpochs, readClock, readEpochs } from './epochs.js';
import { insertEntries, journalEntry, journalRow, type JournalRow } from './journal-entry.js';
import type { JournalSealer } from './journal-sealer.js';
import { connectionsOf, inTransaction, Places, placeWithinMs } from './places.js';
import { outageRefusal } from './outage.js';
import { refuse } from './refusals.js';
import { RememberedAnswers } from './remembered-answers.js';
import { usageRecorded } from './sink-events.js';
import { bindManager, unbind, type JournalFact, type Tx, type WorkOrder } from './tx.js';
import { uniqueRefusal, type Uniques } from './unique-violation.js';
import { assertRoom } from './work-quota.js';

/** PostgreSQL says: try the whole transaction again. */
const retryable = new Set(['40001', '40P01']);
const attempts = 5;

class Transaction implements Tx {
  readonly recorded = new Set<string>();
  private readonly entries: JournalRow[] = [];
  /** Epochs that this act itself has raised: it does not end by them. */
  private readonly raised = new Set<string>();
  constructor(
    readonly context: ActContext,
    private readonly manager: EntityManager,
    private readonly sealer: JournalSealer,
    private readonly clock: Clock,
    private readonly knownActions: ReadonlySet<string>,
  ) {
    bindManager(this, manager);
  }

  record(fact: JournalFact): Promise<Id> {
    if (!this.knownActions.has(fact.action)) throw new Error(`no context declares the audit action ${fact.action}`);
    const recordedAt = this.clock.now();
    const entry = journalEntry(newId(Date.parse(recordedAt)), fact, this.context, recordedAt, this.sealer);
    this.entries.push(journalRow(entry, fact, this.context, recordedAt));
    this.recorded.add(fact.action);
    return Promise.resolve(entry.id);
  }

  /** Writes all entries of the act by one statement, at its end: nothing commits without them. */
  async writeEntries(): Promise<void> {
    if (this.entries.length > 0) await this.manager.query(insertEntries, [JSON.stringify(this.entries.splice(0))]);
  }

  async publish<P extends object>(event: EventType<P>, key: Id, payload: P): Promise<void> {
    await this.manager.query(
      'INSERT INTO platform.outbox (id, type, key, payload, traceparent, created_at) VALUES ($1, $2, $3, $4, $5, clock_timestamp())',
      [newId(), event.name, key, canonicalJson(event.schema.parse(payload)), this.context.traceparent ?? null],
    );
  }

  use(usage: Usage): Promise<void> {
    return this.publish(usageRecorded, usage.sourceId, usage);
  }

  async enqueue(job: JobType, order: WorkOrder): Promise<Id> {
    const personId = this.context.actor.kind === 'person' ? this.context.actor.personId : null;
    await assertRoom(this.manager, job, order.unitId ?? null, personId);
    if (job.cut === 'with-its-scope') await this.holdStanding();
    const id = newId();
    const rows: { id: Id }[] = await this.manager.query(
      `INSERT INTO platform.work (id, kind, name, lane, key, unit_id, scenario_id, person_id, due_at, traceparent)
       VALUES ($1, 'job', $2, $3, $4, $5, $6, $7, coalesce($8::timestamptz, now()), $9)
       ON CONFLICT (name, key) WHERE kind = 'job' AND state IN ('due', 'leased') DO UPDATE SET
         due_at = CASE platform.work.state WHEN 'due' THEN least(platform.work.due_at, excluded.due_at) ELSE platform.work.due_at END,
         again_at = CASE platform.work.state WHEN 'leased' THEN least(coalesce(platform.work.again_at, excluded.due_at), excluded.due_at) END
       RETURNING id`,
      [
        id,
        job.name,
        job.lane,
        order.key,
        order.unitId ?? null,
        order.scenarioId ?? null,
        personId,
        order.dueAt ?? null,
        this.context.traceparent ?? null,
      ],
    );
    return rows[0]?.id ?? id;
  }

  async cancelWork(job: JobType, key: Id): Promise<number> {
    const [, count]: [unknown, number] = await this.manager.query(
      `UPDATE platform.work SET state = 'cancelled', finished_at = now() WHERE name = $1 AND key = $2 AND state IN ('due', 'leased')`,
      [job.name, key],
    );
    return count;
  }

  async bumpEpoch(kind: EpochKind, id: Id): Promise<void> {
    const ref = epochKey({ kind, id });
    // Nobody sees the first of two before the second: they commit together.
    if (this.raised.has(ref)) return;
    this.raised.add(ref);
    // Locked before it is written, and told at the commit.
    await this.manager.query(
      `INSERT INTO platform.epochs (kind, id, epoch, bumped_at)
       SELECT $1::text, $2::uuid, 1, now() FROM (SELECT pg_advisory_xact_lock(${epochLock('$3')}) AS taken) AS held WHERE taken IS NOT NULL
       ON CONFLICT (kind, id) DO UPDATE SET epoch = platform.epochs.epoch + 1, bumped_at = now()
       RETURNING pg_notify($4::text, $3::text || '/' || epoch)`,
      [kind, id, ref, epochChannel],
    );
  }

  async end({ kind, id, unitId, authorityId }: Ending, stage: EndStage): Promise<void> {
    await this.manager.query(
      `INSERT INTO platform.endings (kind, id, stage, at, unit_id, authority_id) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (kind, id) DO UPDATE SET stage = excluded.stage, at = excluded.at
       WHERE platform.endings.stage = 'closing' AND excluded.stage = 'ended'`,
      [kind, id, stage, this.context.at, unitId, authorityId],
    );
  }

  epochs(refs: readonly EpochRef[]): Promise<Epochs> {
    return readEpochs((sql, parameters) => this.manager.query(sql, parameters), refs);
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

  /**
   * Keeps what lets the act in from being cut before it commits: an act commits before the cut or is refused, however long it took, and what
   * is ordered is in the queue when the cut looks there.
   * @throws `access.ended`
   */
  async holdStanding(): Promise<void> {
    const { standing } = this.context;
    if (standing === undefined) return;
    const refs = standing.refs.filter((ref) => !this.raised.has(epochKey(ref)));
    standing.compare(await holdEpochs((sql, parameters) => this.manager.query(sql, parameters), refs), this.clock.now(), this.raised);
  }

  now(): Promise<Instant> {
    return readClock((sql) => this.manager.query(sql));
  }
}

/** Who knows seats: asked in an act's own transaction, before anything else of it. */
export interface SeatGate {
  /** Why the person may not work in the scenario; nothing where they may, or where another role than the developer's lets them in. */
  bars(tx: Tx, scenarioId: Id): Promise<Barred | undefined>;
}

/** Gives out transactions: state, journal and outbox commit together, or nothing does. */
export class UnitOfWork {
  private readonly answers: RememberedAnswers;
  private readonly places: Places;
  private seatGate: SeatGate | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: JournalSealer,
    private readonly clock: Clock,
    private readonly knownActions: ReadonlySet<string>,
    private readonly uniques: Uniques,
    private readonly belongings: Belongings = {},
  ) {
    this.answers = new RememberedAnswers(sealer);
    this.places = new Places(connectionsOf(dataSource), placeWithinMs(dataSource));
  }

  /**
   * Runs one act: gather, decide and apply in one transaction that locks what the decision rests on. With an idempotency key the
   * result is kept in the same transaction, and a repeat of the same request is answered with it. Serialisation conflicts and deadlocks are tried
   * again; one that is still there at the last try is `state.changed-meanwhile` (409).
   * @throws Refusal `http.idempotency-key-reused` when the key came with another request; `authorisation.ended`, `scenario.ended` or
   * `domain.ended` for an act under what has ended; `seat.needed` and what else closes a seat; what `uniques` names for a unique violation;
   * `database.busy` (503) without a connection in time, `database.limit-reached` (503, nothing changed), `database.unreachable` (503,
   * unknown whether it was done).
   */
  run<T>(context: ActContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    const acting = async (): Promise<T> => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const inside = (manager: EntityManager): Promise<T> => inTransaction(this.dataSource, () => this.inside(context, manager, work));
          return await this.dataSource.transaction(inside);
        } catch (error) {
          if (retryable.has((error as { code?: string }).code ?? '')) {
            if (attempt === attempts) throw refuse('state.changed-meanwhile');
            // Apart from one another, or the same would meet again.
            await pause(Math.random() * 10 * 2 ** attempt);
            continue;
          }
          throw uniqueRefusal(error, this.uniques) ?? outageRefusal(error) ?? error;
        }
      }
    };
    return inSpan(`act ${context.action}`, { 'opdomain.action': context.action }, () => this.places.through(context, acting));
  }

  /** Called once by the context that knows seats; until then no act that works inside a scenario passes. */
  askSeats(gate: SeatGate): void {
    this.seatGate = gate;
  }

  /** Reads without writing: a write inside is refused by PostgreSQL. */
  read<T>(context: ActContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.places.through(context, () =>
      this.reading(context, work).catch((fault: unknown) => {
        throw outageRefusal(fault) ?? fault;
      }),
    );
  }

  private async reading<T>(context: ActContext, work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      // In one statement: reads are what a busy process does most.
      await runner.query('START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      const tx = new Transaction(context, runner.manager, this.sealer, this.clock, this.knownActions);
      try {
        const result = await inTransaction(this.dataSource, async () => {
          await tx.assertStanding();
          const result = await unlessBarred(await endedAbove(runner.manager, context, this.belongings), () => work(tx));
          await tx.writeEntries();
          return result;
        });
        await runner.query('COMMIT');
        return result;
      } catch (fault) {
        await runner.query('ROLLBACK').catch(() => undefined);
        throw fault;
      } finally {
        unbind(tx);
      }
    } finally {
      await runner.release();
    }
  }

  /** Writes one journal row on its own: a refusal or a read, which change no state; also of an access that has ended meanwhile. */
  journal(context: ActContext, fact: JournalFact): Promise<Id> {
    return this.run({ ...asRecord(context), action: fact.action, under: [] }, (tx) => tx.record(fact));
  }

  private async inside<T>(context: ActContext, manager: EntityManager, work: (tx: Tx) => Promise<T>): Promise<T> {
    const tx = new Transaction(context, manager, this.sealer, this.clock, this.knownActions);
    try {
      await tx.assertStanding();
      const repeat = await this.answers.claim(manager, context);
      if (repeat !== undefined) return repeat.result as T;
      const barred = (await endedAbove(manager, context, this.belongings)) ?? (await this.withoutSeat(tx, manager));
      const result = await unlessBarred(barred, () => work(tx));
      await tx.writeEntries();
      // Asked once more at its end: one that was let in seconds ago must not commit after what let it in was cut.
      if (tx.recorded.size > 0) await tx.holdStanding();
      if (context.idempotency !== undefined) {
        if (!tx.recorded.has(context.action)) throw new Error(`the act ${context.action} left no audit entry`);
        await this.answers.keep(manager, context, result);
      }
      return result;
    } finally {
      unbind(tx);
    }
  }

  private async withoutSeat(tx: Tx, manager: EntityManager): Promise<Barred | undefined> {
    const { inside, action } = tx.context;
    if (inside === undefined) return undefined;
    if (this.seatGate === undefined) throw new Error(`nobody is there to ask for the seat of ${action}`);
    const scenarioId = await scenarioOf(manager, inside, this.belongings);
    return scenarioId === undefined ? undefined : this.seatGate.bars(tx, scenarioId);
  }
}

/**
 * The one rule for everything that has ended or needs a seat. Who does not reach it learns from the act itself that there is no such thing;
 * should the act let them through, it is refused all the same.
 */
async function unlessBarred<T>(barred: Barred | undefined, work: () => Promise<T>): Promise<T> {
  if (barred?.seen === true) throw barred.refusal;
  const result = await work();
  if (barred !== undefined) throw barred.refusal;
  return result;
}
