import { defineJob, newId, sha256, systemAct, systemClock, type ActContext, type Id } from '#kernel';
import { retentionConfig } from '#platform/config';
import type { Tx } from '#platform/database';
import {
  dropWork,
  findWork,
  Forgetting,
  laneConfig,
  listWork,
  openWork,
  readLanes,
  retryWork,
  tryWork,
  withWait,
  workOf,
  WorkRunner,
} from '#platform/queue';
import { createLogger } from '#platform/telemetry';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boardNumbers } from '../../libs/oversight/domain/board.js';
import { BoardRepository } from '../../libs/oversight/persistence/board.repository.js';
import { claim } from '../../libs/platform/queue/claims.js';
import { touchedBy } from '../support/touched-rows.js';
import { anyEvent, consumer, openWorkBench, type WorkBench } from '../support/work.js';

/** Finished rows of each table, and work that is due beside them. What is read must not grow with the first. */
const finished = 50_000;
const due = 5_000;
const units = 10;
/** More than any batch, much less than what is due. */
const few = 2_000;
const tables = ['platform.outbox', 'platform.inbox', 'platform.work', 'platform.idempotency', 'platform.rehearsals'];
const log = createLogger('test', 'silent');
const kept = retentionConfig.parse(undefined);

let dir = '';
let bench: WorkBench;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-grown-'));
  await chmod(dir, 0o711);
  bench = await openWorkBench('postgres', dir);
  const sql = (text: string): Promise<unknown> => bench.dataSource.query(text);
  const old = `now() - make_interval(hours => CASE WHEN n % 2 = 0 THEN 240 ELSE 1 END)`;
  const each = (count: number): string => `FROM generate_series(1, ${String(count)}) n`;
  const of = (kind: string): string => `md5('${kind} ' || n)::uuid`;
  await sql(`INSERT INTO platform.outbox (id, type, key, payload, expanded_at)
    SELECT ${of('event')}, 'grown.v1', ${of('key')}, '{}', ${old} ${each(finished)}`);
  await sql(`INSERT INTO platform.inbox (event_id, consumer) SELECT ${of('event')}, 'grown' ${each(finished)}`);
  await sql(`INSERT INTO platform.work (id, kind, name, lane, key, event_id, state, finished_at)
    SELECT ${of('work')}, CASE WHEN n % 4 < 2 THEN 'event' ELSE 'job' END, 'grown', CASE WHEN n % 4 < 2 THEN 'events' ELSE 'work' END, ${of('key')},
      CASE WHEN n % 4 < 2 THEN ${of('event')} END, 'done', ${old} ${each(finished)}`);
  await sql(`INSERT INTO platform.work (id, kind, name, lane, key, unit_id, person_id, scenario_id)
    SELECT ${of('due')}, 'job', 'waiting', CASE WHEN n % 2 = 0 THEN 'work' ELSE 'lapses' END, ${of('due')},
      md5('unit ' || n % ${String(units)})::uuid, md5('person ' || n % ${String(units * 10)})::uuid, md5('scenario ' || n % ${String(units)})::uuid
    ${each(due)}`);
  await sql(
    `INSERT INTO platform.idempotency (key_digest, owner, action, created_at) SELECT md5(n::text), 'grown', 'grown', ${old} ${each(finished)}`,
  );
  await sql(
    `INSERT INTO platform.rehearsals (id, scope_kind, scope_id, epoch, answers, at) SELECT ${of('x')}, 'seat', ${of('x')}, 1, '{}', ${old} ${each(finished)}`,
  );
  await sql('ANALYZE');
  [one] = await bench.dataSource.query(
    `SELECT id, key, unit_id AS unit, person_id AS person, scenario_id AS scenario FROM platform.work WHERE state = 'due' ORDER BY id DESC LIMIT 1`,
  );
}, 300_000);
afterAll(async () => {
  await bench.close();
  await rm(dir, { recursive: true, force: true });
});

const act = (more: Partial<ActContext> = {}): ActContext => ({ ...systemAct('test', 'test.ordered', systemClock.now()), ...more });
const inTx = (work: (tx: Tx) => Promise<unknown>, context = act()): Promise<unknown> => bench.unitOfWork.run(context, work);
/** A piece of work that waits. */
let one: { readonly id: Id; readonly key: Id; readonly unit: Id; readonly person: Id; readonly scenario: Id };
const anyJob = defineJob('grown.ordered', 'work', { goesOn: 'a test’s' });
const event = anyEvent('grown.v1');

/** Everything that reads or writes these tables, as the processes do it. */
const uses: Readonly<Record<string, () => Promise<unknown>>> = {
  'a claim of a lane': () => claim(bench.dataSource, 'lapses', 'someone', { perUnit: null, perPerson: null }, 4),
  'a claim of a lane that people share': () => claim(bench.dataSource, 'work', 'someone', { perUnit: 2, perPerson: 1 }, 1),
  'a turn of the relay': async () => {
    await inTx((tx) => tx.publish(event, newId(), {}));
    const relay = bench.relay([consumer(event, 'grown.consumer', () => Promise.resolve())]);
    await relay.stop();
    await relay.turn();
  },
  forgetting: () => new Forgetting(bench.dataSource, kept, [], log).turn(),
  'a list of all': () => inTx((tx) => listWork(tx, {})),
  'a list of what was given up': () => inTx((tx) => listWork(tx, { state: 'dead' })),
  'a list of what runs': () => inTx((tx) => listWork(tx, { state: 'leased' })),
  'a list of what is done': () => inTx((tx) => listWork(tx, { state: 'done' })),
  'a list of a kind': () => inTx((tx) => listWork(tx, { name: 'nothing.of-it' })),
  'a list of a lane': () => inTx((tx) => listWork(tx, { lane: 'cuts' })),
  'a list of what fails': () => inTx((tx) => listWork(tx, { failing: true })),
  'work by its id or key': () => inTx((tx) => findWork(tx, one.key)),
  'work that is followed': () => inTx((tx) => workOf(tx, [one.id])),
  'what an object waits for': () => inTx((tx) => withWait(tx, { id: one.key }, () => ({}))),
  'a retry': () => inTx((tx) => retryWork(tx, one.id)),
  'the work of a person': () => inTx((tx) => openWork(tx, { personId: one.person })),
  'the work of a unit': () => inTx((tx) => openWork(tx, { unitId: one.unit })),
  'the work of scenarios': () => inTx((tx) => openWork(tx, { scenarioIds: [one.scenario] })),
  'a cut and its probe': () =>
    inTx(async (tx) => {
      await dropWork(tx, one.id);
      await tryWork(tx, one.id);
    }),
  'an order of a person, and its end': async () => {
    const actor = { kind: 'person', personId: one.person, organisationId: one.unit, grants: [] } as never;
    const idempotency = { key: newId(), digest: sha256('an order') };
    const key = newId();
    await inTx(async (tx) => {
      await tx.record({ action: 'test.ordered', object: { kind: 'work', id: key } });
      return tx.enqueue(anyJob, { key, unitId: newId() });
    }, act({ actor, idempotency }));
    await inTx((tx) => tx.cancelWork(anyJob, key));
  },
  'the figures of the board': () =>
    inTx(async (tx) => {
      for (const number of boardNumbers.filter(({ relation }) => relation === 'platform.work'))
        await new BoardRepository().count(tx, number, { everything: true } as never, 10_000);
    }),
};

describe('among many rows that are finished', () => {
  it.each(Object.keys(uses))('%s reads few of them, by an index', async (name) => {
    const touched = await touchedBy(bench.dataSource, tables, uses[name] as () => Promise<unknown>);
    expect(touched.length).toBeGreaterThan(0);
    expect(touched.filter(({ rows, whole }) => whole.length > 0 || rows > few)).toEqual([]);
  });

  it('the view of lanes reads what is open, by an index', async () => {
    const touched = await touchedBy(bench.dataSource, tables, () => inTx(readLanes));
    expect(touched.filter(({ whole }) => whole.length > 0)).toEqual([]);
    for (const { rows } of touched) expect(rows).toBeLessThan(3 * due);
  });
});

describe('a claim of a lane that people share', () => {
  const none = null;
  const whose = fc.constantFrom<number | null>(none, 1, 2, 3);
  const row = fc.record({
    unit: whose,
    person: whose,
    state: fc.constantFrom('due', 'due', 'leased'),
    at: fc.integer({ min: -50, max: 10 }),
  });
  const idOf = (kind: string, n: number | null): string | null =>
    n === null ? null : `00000000-0000-4000-8000-${kind}0000000000${String(n)}`;

  it('takes the longest due of whose unit and then person has least running, within the shares, as the rule says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), fc.constantFrom(1, 2, null), async (rows, share) => {
        await bench.dataSource.query(`DELETE FROM platform.work WHERE lane = 'trials'`);
        const put = rows.map((one) => ({ ...one, id: newId(), unit: idOf('a', one.unit), person: idOf('b', one.person) }));
        await bench.dataSource.query(
          `INSERT INTO platform.work (id, kind, name, lane, key, unit_id, person_id, state, due_at)
           SELECT id, 'job', 'trial', 'trials', id, unit, person, state, now() + make_interval(mins => at)
           FROM json_to_recordset($1) AS of (id uuid, unit uuid, person uuid, state text, at int)`,
          [JSON.stringify(put)],
        );
        const running = (of: 'unit' | 'person', id: string | null): number =>
          id === null ? 0 : put.filter((one) => one.state === 'leased' && one[of] === id).length;
        const most = share ?? Infinity;
        const [first] = put
          .filter(
            ({ state, at, unit, person }) => state === 'due' && at <= 0 && running('unit', unit) < most && running('person', person) < 1,
          )
          .sort(
            (a, b) =>
              running('unit', a.unit) - running('unit', b.unit) ||
              running('person', a.person) - running('person', b.person) ||
              a.at - b.at ||
              (a.id < b.id ? -1 : 1),
          );
        const taken = await claim(bench.dataSource, 'trials', 'someone', { perUnit: share, perPerson: 1 }, 1);
        expect(taken.map(({ id }) => id)).toEqual(first === undefined ? [] : [first.id]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('an event that was forgotten', () => {
  it('is not consumed again by a try that was overtaken before, and comes back late', async () => {
    const happened = anyEvent('happened.v1');
    let consumed = 0;
    const counting = consumer(happened, 'counting', () => Promise.resolve(void (consumed += 1)));
    const { dataSource, unitOfWork, bell } = bench;
    const runner = new WorkRunner(dataSource, unitOfWork, systemClock, bell, new Map(), [counting], [], log, laneConfig.parse(undefined));
    await bench.dataSource.query(`DELETE FROM platform.work WHERE lane = 'events' AND state = 'due'`);
    await inTx((tx) => tx.publish(happened, newId(), {}));
    const relay = bench.relay([counting]);
    await relay.turn();
    await relay.stop();
    const [asleep] = await claim(dataSource, 'events', 'asleep', { perUnit: null, perPerson: null }, 1);
    if (asleep === undefined) throw new Error('nothing to consume');
    await dataSource.query(`UPDATE platform.work SET state = 'due' WHERE id = $1`, [asleep.id]);
    const [awake] = await claim(dataSource, 'events', 'awake', { perUnit: null, perPerson: null }, 1);
    await runner.run(awake ?? asleep);
    const long = `now() - interval '1 year'`;
    await dataSource.query(`UPDATE platform.work SET finished_at = ${long} WHERE id = $1`, [asleep.id]);
    await dataSource.query(`UPDATE platform.outbox SET expanded_at = ${long} WHERE id = $1`, [asleep.event_id]);
    await new Forgetting(dataSource, kept, [], log).turn();
    expect(await dataSource.query('SELECT 1 FROM platform.inbox WHERE event_id = $1', [asleep.event_id])).toEqual([]);
    await runner.run(asleep);
    expect(consumed).toBe(1);
  });
});
