import type { Outgrown } from '#kernel';
import type { Retention } from '#platform/config';
import { platformOutgrown } from '#platform/database';
import { counter, type Logger } from '#platform/telemetry';
import type { DataSource } from 'typeorm';
import { Turns } from './turns.js';

const forgotten = counter('opdomain_forgotten_rows', 'rows that were over and old enough, and went, by table');

/** So many rows are looked at in one statement: no lock of it lasts, and nobody else's work waits for the disk. */
const batch = 500;
const restMs = 20;
const restAfterFaultMs = 10_000;
const lookAgainMs = 60_000;

const before = `now() - make_interval(hours => $1)`;
const over = `state IN ('done', 'cancelled')`;

/**
 * Jobs that are over. What was given up (`dead`) stays: the board counts it until somebody has looked, nobody says that they did, and a cut
 * of its scope still asks for it; once a cut has taken it off the queue it goes as any other. There is little of it: each is an alarm.
 */
const finishedJobs = `
  DELETE FROM platform.work WHERE id = ANY (ARRAY(
    SELECT id FROM platform.work WHERE kind = 'job' AND ${over} AND finished_at < ${before}
    ORDER BY finished_at LIMIT ${String(batch)} FOR UPDATE SKIP LOCKED))`;

/**
 * Events with all that came of them, in one statement: the work of each consumer and its inbox row go when the event does, so that nothing
 * is left that could hand an event to a consumer whose inbox has forgotten it. An event goes when it was expanded long ago and each
 * consumer was done with it long ago. Looks at the next so many after ($2, $3), whether they go or not.
 */
const consumedEvents = `
  WITH looked AS MATERIALIZED (
    SELECT id, expanded_at FROM platform.outbox WHERE expanded_at < ${before} AND (expanded_at, id) > ($2::timestamptz, $3::uuid)
    ORDER BY expanded_at, id LIMIT ${String(batch)} FOR UPDATE SKIP LOCKED),
  consumed AS MATERIALIZED (
    SELECT id FROM looked WHERE (
      SELECT count(*) FROM platform.work WHERE event_id = looked.id AND (${over} AND finished_at < ${before}) IS NOT TRUE) = 0),
  inbox AS (DELETE FROM platform.inbox WHERE event_id = ANY (ARRAY(SELECT id FROM consumed)) RETURNING 1),
  work AS (DELETE FROM platform.work WHERE event_id = ANY (ARRAY(SELECT id FROM consumed)) RETURNING 1),
  outbox AS (DELETE FROM platform.outbox WHERE id = ANY (ARRAY(SELECT id FROM consumed)) RETURNING 1)
  SELECT (SELECT count(*) FROM inbox)::int AS inbox, (SELECT count(*) FROM work)::int AS work, (SELECT count(*) FROM outbox)::int AS outbox,
    (SELECT count(*) FROM looked)::int AS looked, last.at, last.id
  FROM (SELECT 1) always LEFT JOIN (SELECT expanded_at::text AS at, id FROM looked ORDER BY expanded_at DESC, id DESC LIMIT 1) last ON true`;

/** @returns the statement by which rows of a table go by age alone. */
const outgrown = ({ table, since }: Outgrown): string => `
  DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${since} < ${before} ORDER BY ${since} LIMIT ${String(batch)}))`;

type Place = readonly [at: string, id: string];
const start: Place = ['-infinity', '00000000-0000-0000-0000-000000000000'];

/**
 * Takes away what only did the work, once it is over and as old as `retention` of the configuration says: a bounded number of rows at a
 * time, found by an index, passing over what somebody else holds. Several workers at once share it.
 */
export class Forgetting {
  private place = start;
  private readonly turns = new Turns({
    take: async () => ((await this.turn()) ? this.rest : lookAgainMs),
    failed: () => lookAgainMs,
  });
  private rest = restMs;
  private readonly rules: readonly (() => Promise<boolean>)[];

  constructor(
    private readonly dataSource: DataSource,
    private readonly kept: Retention,
    outgrownTables: readonly Outgrown[],
    private readonly log: Logger,
  ) {
    this.rules = [
      () => this.forgetEvents(),
      () => this.forget('platform.work', finishedJobs, kept.workHours),
      ...[...platformOutgrown, ...outgrownTables].map((rule) => () => this.forget(rule.table, outgrown(rule), kept[rule.kept])),
    ];
  }

  start(): void {
    this.turns.start();
  }

  stop(): Promise<void> {
    return this.turns.stop();
  }

  /** One batch by each rule, over one connection; a rule that fails keeps no other. @returns whether more may stand. */
  async turn(): Promise<boolean> {
    let more = false;
    let fault = false;
    const from = performance.now();
    for (const rule of this.rules) {
      try {
        more = (await rule()) || more;
      } catch (thrown) {
        this.log.error('rows.not-forgotten', thrown);
        fault = true;
      }
    }
    // Where the database is busy, this is what waits: at least half of the time is others'.
    this.rest = fault ? restAfterFaultMs : Math.max(restMs, performance.now() - from);
    return more;
  }

  private async forget(table: string, statement: string, hours: number): Promise<boolean> {
    const [, gone]: [unknown, number] = await this.dataSource.query(statement, [hours]);
    forgotten.add(gone, { table });
    return gone === batch;
  }

  private async forgetEvents(): Promise<boolean> {
    const [look]: { inbox: number; work: number; outbox: number; looked: number; at: string; id: string }[] = await this.dataSource.query(
      consumedEvents,
      [this.kept.workHours, ...this.place],
    );
    if (look === undefined) return false;
    for (const table of ['inbox', 'work', 'outbox'] as const) forgotten.add(look[table], { table: `platform.${table}` });
    const more = look.looked === batch;
    this.place = more ? [look.at, look.id] : start;
    return more;
  }
}
