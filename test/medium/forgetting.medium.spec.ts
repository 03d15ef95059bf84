import { newId, type Id } from '#kernel';
import { retentionConfig } from '#platform/config';
import { createDataSource, platformGrants, platformOutgrown } from '#platform/database';
import { Forgetting } from '#platform/queue';
import { createLogger } from '#platform/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { contexts } from '../../apps/composition/contexts.js';
import { openDatabase, type TestDatabase } from '../support/database.js';

const kept = retentionConfig.parse(undefined);
const log = createLogger('test', 'silent');
const outgrown = contexts.flatMap((context) => context.outgrown ?? []);
let dir = '';
let database: TestDatabase;
/** As the worker's role, which forgets. */
let worker: DataSource;
/** As the superuser: neither guards nor references keep what a test puts in. */
let behind: pg.Client;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-forgetting-'));
  await chmod(dir, 0o711);
  database = await openDatabase(dir, contexts);
  worker = await createDataSource({ urlFile: database.urlFiles.worker, poolSize: 5 }, []).initialize();
  behind = new pg.Client({ connectionString: database.url });
  await behind.connect();
  await behind.query('SET session_replication_role = replica');
}, 300_000);
afterAll(async () => {
  await worker.destroy();
  await behind.end();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(empty);

async function empty(): Promise<void> {
  await behind.query('TRUNCATE platform.outbox, platform.work, platform.inbox');
}
const ids = async (table: string, column = 'id'): Promise<Id[]> =>
  (await behind.query<{ id: Id }>(`SELECT DISTINCT ${column} AS id FROM ${table} ORDER BY 1`)).rows.map(({ id }) => id);
const forgetting = (): Forgetting => new Forgetting(worker, kept, outgrown, log);
async function forgetAll(one = forgetting()): Promise<void> {
  while (await one.turn());
}

interface Piece {
  readonly id: Id;
  readonly state: 'due' | 'leased' | 'done' | 'dead' | 'cancelled';
  /** Hours since it was over; null: nobody wrote when. */
  readonly over: number | null;
}
interface Event {
  readonly id: Id;
  /** Hours since it was expanded; null: it was not. */
  readonly expanded: number | null;
  readonly consumers: readonly Piece[];
}

const hours = fc.constantFrom(1, kept.workHours - 1, kept.workHours + 1, 10 * kept.workHours);
const piece: fc.Arbitrary<Piece> = fc.record({
  id: fc.noShrink(fc.constant(null).map(() => newId())),
  state: fc.constantFrom('due', 'leased', 'done', 'done', 'done', 'dead', 'cancelled'),
  over: fc.oneof({ weight: 6, arbitrary: hours }, { weight: 1, arbitrary: fc.constant(null) }),
});
const event: fc.Arbitrary<Event> = fc.record({
  id: fc.noShrink(fc.constant(null).map(() => newId())),
  expanded: fc.oneof({ weight: 6, arbitrary: hours }, { weight: 1, arbitrary: fc.constant(null) }),
  consumers: fc.array(piece, { maxLength: 3 }),
});

/** The rule, said once more. */
const goes = ({ state, over }: Piece): boolean => (state === 'done' || state === 'cancelled') && over !== null && over > kept.workHours;
const goesWhole = ({ expanded, consumers }: Event): boolean => expanded !== null && expanded > kept.workHours && consumers.every(goes);

async function put(events: readonly Event[], jobs: readonly Piece[]): Promise<void> {
  await behind.query(
    `INSERT INTO platform.outbox (id, type, key, payload, expanded_at)
     SELECT id, 'some.thing.v1', id, '{}', now() - make_interval(hours => expanded) FROM json_to_recordset($1) AS of (id uuid, expanded int)`,
    [JSON.stringify(events)],
  );
  const work = [
    ...events.flatMap(({ id, consumers }) =>
      consumers.map((one, at) => ({ ...one, kind: 'event', event: id, name: `consumer-${String(at)}` })),
    ),
    ...jobs.map((one) => ({ ...one, kind: 'job', event: null, name: 'job' })),
  ];
  await behind.query(
    `INSERT INTO platform.work (id, kind, name, key, event_id, state, finished_at)
     SELECT id, kind, name, id, event, state, now() - make_interval(hours => "over")
     FROM json_to_recordset($1) AS of (id uuid, kind text, name text, event uuid, state text, "over" int)`,
    [JSON.stringify(work)],
  );
  // Each event was consumed at least once: also one whose consumer then did not say so.
  await behind.query(`INSERT INTO platform.inbox (event_id, consumer) SELECT event_id, name FROM platform.work WHERE event_id IS NOT NULL`);
}

describe('what is over and old enough', () => {
  it('goes, and nothing else: an event only when all that came of it may, and then its work and inbox rows with it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 12 }), fc.array(piece, { maxLength: 12 }), async (events, jobs) => {
        await empty();
        await put(events, jobs);
        await forgetAll();
        const stay = events.filter((one) => !goesWhole(one));
        const sorted = (of: readonly Id[]): Id[] => [...of].sort();
        expect(await ids('platform.outbox')).toEqual(sorted(stay.map(({ id }) => id)));
        const work = [...stay.flatMap(({ consumers }) => consumers), ...jobs.filter((one) => !goes(one))];
        expect(await ids('platform.work')).toEqual(sorted(work.map(({ id }) => id)));
        expect(await ids('platform.inbox', 'event_id')).toEqual(
          sorted(stay.filter(({ consumers }) => consumers.length > 0).map(({ id }) => id)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('is passed over while somebody holds it, and what stands before it in a batch keeps nothing back', async () => {
    const old = kept.workHours + 1;
    const held: Event = { id: newId(), expanded: old + 2, consumers: [] };
    // More than a batch of events that may not go, all older than the one that may.
    const open = Array.from({ length: 600 }, (): Event => ({
      ...{ id: newId(), expanded: old + 1 },
      consumers: [{ id: newId(), state: 'due', over: null }],
    }));
    const last: Event = { id: newId(), expanded: old, consumers: [{ id: newId(), state: 'done', over: old }] };
    await put([held, ...open, last], []);
    await behind.query('BEGIN');
    await behind.query('SELECT 1 FROM platform.outbox WHERE id = $1 FOR KEY SHARE', [held.id]);
    const one = forgetting();
    await forgetAll(one);
    expect(await ids('platform.outbox')).toEqual([held, ...open].map(({ id }) => id).sort());
    await behind.query('COMMIT');
    await forgetAll(one);
    expect(await ids('platform.outbox')).toEqual(open.map(({ id }) => id).sort());
  });

  it('goes once, however many workers forget at once', async () => {
    await behind.query(`INSERT INTO platform.outbox (id, type, key, payload, expanded_at)
      SELECT gen_random_uuid(), 'some.thing.v1', gen_random_uuid(), '{}', now() - interval '300 hours' FROM generate_series(1, 2000)`);
    await behind.query(`INSERT INTO platform.work (id, kind, name, key, event_id, state, finished_at)
      SELECT gen_random_uuid(), 'event', 'consumer', key, id, 'done', now() - interval '300 hours' FROM platform.outbox`);
    await behind.query(`INSERT INTO platform.work (id, kind, name, key, state, finished_at)
      SELECT gen_random_uuid(), 'job', 'job', gen_random_uuid(), 'done', now() - interval '300 hours' FROM generate_series(1, 2000)`);
    const several = Array.from({ length: 3 }, forgetting);
    await Promise.all(several.map((one) => forgetAll(one)));
    await forgetAll();
    expect([await ids('platform.outbox'), await ids('platform.work')]).toEqual([[], []]);
  });
});

/** A row of each table that goes by age alone, so old. */
const rowOf: Readonly<Record<string, (hours: number) => [string, unknown[]]>> = {
  'platform.idempotency': (old) => [
    `INSERT INTO platform.idempotency (key_digest, owner, action, created_at) VALUES ($2, 'somebody', 'test', now() - make_interval(hours => $1))`,
    [old, newId()],
  ],
  'platform.rehearsals': (old) => [
    `INSERT INTO platform.rehearsals (id, scope_kind, scope_id, epoch, answers, at) VALUES ($2, 'seat', $2, 1, '{}', now() - make_interval(hours => $1))`,
    [old, newId()],
  ],
  'domains.cluster_orders': (old) => [
    `INSERT INTO domains.cluster_orders (id, domain_id, kind, requested_at, done_at) VALUES ($2, $2, 'inventory', now(), now() - make_interval(hours => $1))`,
    [old, newId()],
  ],
};

describe.each([...platformOutgrown, ...outgrown])('$table', ({ table, since, kept: name }) => {
  it('keeps what is younger than its hours, and what is not over', async () => {
    await behind.query(`TRUNCATE ${table}`);
    for (const old of [kept[name] + 1, kept[name] + 100, kept[name] - 1, 0])
      await behind.query(...(rowOf[table] as (h: number) => [string, unknown[]])(old));
    if (table === 'domains.cluster_orders')
      await behind.query("UPDATE domains.cluster_orders SET done_at = NULL WHERE done_at > now() - interval '1 minute'");
    await forgetAll();
    const left = await behind.query<{ young: boolean }>(
      `SELECT coalesce(${since} > now() - make_interval(hours => $1), true) AS young FROM ${table}`,
      [kept[name]],
    );
    expect(left.rows).toEqual([{ young: true }, { young: true }]);
  });
});

/** Every other table that is written to, by why its rows stay. */
const stays: Readonly<Record<string, readonly string[]>> = {
  'what was decided and agreed: the state of things and their history, each change with its journal row': [
    ...['admissions', 'agreement_versions', 'approvals', 'authorisations', 'consents', 'data_request_items', 'data_requests', 'deadlines'],
    ...['emergency_plans', 'profile_entries', 'rectifications', 'scenarios', 'stage_bodies', 'superseding_texts', 'suspensions', 'votes'],
    'working_years',
  ].map((table) => `authorisations.${table}`),
  'things that people made, which end and stay known': [
    ...[
      'coderuns.runs',
      'coderuns.submissions',
      'datasets.dataset_copies',
      'datasets.datasets',
      'datasets.field_versions',
      'datasets.uploads',
    ],
    ...[
      'desensitisation.plans',
      'desensitisation.runs',
      'domains.catalogue_images',
      'domains.desired_objects',
      'domains.operation_domains',
    ],
    ...['domains.zones', 'exports.budgets', 'exports.export_requests', 'exports.policies', 'exports.release_links', 'seats.seats'],
    ...['seats.workspaces', 'terminations.exits', 'terminations.legal_holds', 'terminations.terminations'],
  ],
  'what noise has told of a field: it was seen, whatever became of the sample': ['desensitisation.noise_charges'],
  'what a destruction must account for': ['datasets.upload_parts', 'domains.canaries'],
  'people and bodies': ['affiliations', 'installation', 'organisations', 'people', 'person_locks', 'person_numbers'].map(
    (one) => `identity.${one}`,
  ),
  'who may what, and who said so': ['identity.personnel_records', 'identity.role_grants', 'identity.role_proposals'],
  'evidence: the journal, its tree, what was signed': [
    ...['cases', 'checkpoints', 'cosignatures', 'issued', 'log', 'sm2_keys', 'tiles', 'witnesses'].map((one) => `audit.${one}`),
    ...['platform.journal', 'platform.journal_keys', 'platform.destroyed_keys', 'platform.key_generations', 'seats.revocations'],
  ],
  'evidence: that the walls of a domain held, each time they were probed, one row a quarter of an hour': ['domains.probe_runs'],
  'evidence: what a result was checked for and who judged it': ['exports.check_rounds', 'exports.reviews'],
  'evidence: what network logs lack, one row a start of a process or an hour with a loss': [
    ...['platform.connection_sources', 'platform.connection_losses', 'networklogs.streams'],
  ],
  'charges, and what they rest on': [
    ...['metering.accounts', 'metering.entries', 'metering.prices', 'metering.statements', 'seats.seat_days'],
  ],
  'what was announced, once each': ['seats.lapse_notices'],
  'a receipt that is still open asks for it, one row a start of an API': ['platform.replicas'],
  'one row for each thing, however often it changes': [
    ...['domains.reconciliations', 'oversight.readings', 'platform.endings', 'platform.epochs', 'platform.installation'],
  ],
  'the history of the schema': ['public.opdomain_migrations'],
};

describe('every table', () => {
  it('either has a rule by which its rows go, or a reason why they stay', async () => {
    const grants: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = Object.assign(
      {},
      platformGrants.tables,
      ...contexts.map((context) => context.grants.tables),
    );
    const going = Object.keys(grants).filter((table) => Object.values(grants[table] ?? {}).some((rights) => rights.includes('delete')));
    const { rows } = await behind.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'bullmq') AND tablename !~ '^events_[0-9]' ORDER BY 1`,
    );
    expect([...going, ...Object.values(stays).flat()].sort()).toEqual(rows.map(({ name }) => name).sort());
  });
});
