import { lanes, leaseSecondsOf, newId, systemAct, systemClock, type Id } from '#kernel';
import { laneConfig, openBell, readLanes, Relay } from '#platform/queue';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claim } from '../../libs/platform/queue/claims.js';
import { EventEmitter, once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { job, openWorkBench, type WorkBench } from '../support/work.js';

/** Work that runs until the test lets it end. */
function held(name: string, lane: 'work' | 'trials', settings: object = {}) {
  const gate = new EventEmitter().setMaxListeners(0);
  const running: Id[] = [];
  let most = 0;
  const handler = job(
    name,
    async (run) => {
      running.push(run.key);
      most = Math.max(most, running.length);
      await once(gate, `end ${run.key}`);
      running.splice(running.indexOf(run.key), 1);
    },
    { lane, ...settings },
  );
  return {
    handler,
    running,
    most: () => most,
    end: (key: Id) => gate.emit(`end ${key}`),
    endAll: () => [...running].map((key) => gate.emit(`end ${key}`)),
  };
}

let dir = '';
let bench: WorkBench;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-lanes-'));
  await chmod(dir, 0o711);
  bench = await openWorkBench('postgres', dir);
});
afterAll(async () => {
  await bench.close();
  await rm(dir, { recursive: true, force: true });
});
const person = (personId: Id) => ({
  ...systemAct('test', 'test.ordered', systemClock.now()),
  actor: { kind: 'person' as const, personId, organisationId: newId(), sessionId: 's', grants: [], organisationIds: [], regions: {} },
});
const share = (places: number, perUnit: number | null, perPerson: number | null) => ({ places, lookMs: 50, perUnit, perPerson });

describe('lanes of queued work', () => {
  it.each(lanes)('%s: work is taken for as long as its lane says, so that a worker that dies there costs no more', async (lane) => {
    const handler = job(`dying-${lane}`, () => Promise.resolve(), { lane });
    const id = await bench.order(handler.job, newId());
    const [taken] = await claim(bench.dataSource, lane, 'dies', { perUnit: null, perPerson: null }, 1);
    expect(taken?.id).toBe(id);
    const [row]: { left: number }[] = await bench.dataSource.query(
      'SELECT extract(epoch FROM lease_until - now())::float AS left FROM platform.work WHERE id = $1',
      [id],
    );
    expect(row?.left).toBeLessThanOrEqual(leaseSecondsOf[lane]);
    expect(row?.left).toBeGreaterThan(leaseSecondsOf[lane] - 10);
    await bench.dataSource.query(`UPDATE platform.work SET state = 'done' WHERE id = $1`, [id]);
  });

  it('each have places of their own: a cut is taken while every place of every other lane is held', async () => {
    const work = held('filling', 'work');
    const trials = held('filling-trials', 'trials');
    const done: Id[] = [];
    const cut = job('cutting', (run) => Promise.resolve(void done.push(run.key)), { lane: 'cuts' });
    const worker = await bench.worker({
      jobs: [work.handler, trials.handler, cut],
      places: { work: share(2, null, null), trials: share(2, null, null) },
    });
    for (let order = 0; order < 5; order += 1) {
      await bench.order(work.handler.job);
      await bench.order(trials.handler.job);
    }
    await bench.until(() => Promise.resolve(work.running.length === 2 && trials.running.length === 2), 'both lanes to be full');
    const keys = Array.from({ length: 20 }, () => newId());
    await Promise.all(keys.map((key) => bench.order(cut.job, key)));
    await bench.until(() => Promise.resolve(done.length === keys.length), 'the cuts to be done while the lanes are full');
    expect([work.running.length, trials.running.length]).toEqual([2, 2]);
    const waiting = setInterval(() => {
      work.endAll();
      trials.endAll();
    }, 20);
    const left = async (): Promise<boolean> =>
      (await bench.dataSource.query(`SELECT 1 FROM platform.work WHERE name LIKE 'filling%' AND state <> 'done'`)).length === 0;
    await bench.until(left, 'all held work to end');
    clearInterval(waiting);
    expect([work.most(), trials.most()]).toEqual([2, 2]);
    await worker.stop();
  });

  it('bring cuts to their end one after another: an older one that is tried again goes before new ones, one that never ends does not', async () => {
    const cut = job('one-by-one', () => Promise.resolve(), { lane: 'cuts' }).job;
    const [stuck, older, newer] = [await bench.order(cut, newId()), await bench.order(cut, newId()), await bench.order(cut, newId())];
    await bench.dataSource.query(
      `UPDATE platform.work SET created_at = now() - CASE id WHEN $1 THEN interval '1 hour' WHEN $2 THEN interval '3 seconds' ELSE interval '2 seconds' END,
         due_at = now() - CASE id WHEN $3 THEN interval '2 seconds' ELSE interval '1 second' END
       WHERE id = ANY (ARRAY[$1, $2, $3]::uuid[])`,
      [stuck, older, newer],
    );
    const taken = [];
    for (let turn = 0; turn < 3; turn += 1)
      taken.push(...(await claim(bench.dataSource, 'cuts', 'one', { perUnit: null, perPerson: null }, 1)).map(({ id }) => id));
    expect(taken).toEqual([older, newer, stuck]);
    await bench.dataSource.query(`UPDATE platform.work SET state = 'done' WHERE id = ANY ($1)`, [taken]);
  });

  it('give no unit more than its share, and the next free place to whose unit has least running', async () => {
    const { handler, running, end, endAll } = held('shared', 'work');
    const [greedy, modest] = [newId(), newId()];
    const unitOf = new Map<Id, Id>();
    const order = async (unitId: Id): Promise<Id> => {
      const key = newId();
      unitOf.set(key, unitId);
      await bench.order(handler.job, key, unitId);
      return key;
    };
    for (let n = 0; n < 8; n += 1) await order(greedy);
    const places = { work: share(3, 2, null) };
    const workers = [await bench.worker({ jobs: [handler], places }), await bench.worker({ jobs: [handler], places })];
    await bench.until(() => Promise.resolve(running.length === 2), 'the first unit to have its share');
    const late = [await order(modest), await order(modest)];
    await bench.until(() => Promise.resolve(late.every((key) => running.includes(key))), 'the other unit to be let in at once');
    expect(running.filter((key) => unitOf.get(key) === greedy)).toHaveLength(2);
    for (const key of late) end(key);
    const all = setInterval(endAll, 20);
    await bench.until(
      async () => (await bench.dataSource.query(`SELECT 1 FROM platform.work WHERE name = 'shared' AND state <> 'done'`)).length === 0,
      'everything to be done',
    );
    clearInterval(all);
    for (const worker of workers) await worker.stop();
  });

  it('let a person order only so much that waits, and say so; what the system orders has no such limit', async () => {
    const { handler } = held('wished', 'trials');
    const [who, unitId] = [newId(), newId()];
    const order = (by: ReturnType<typeof person> | ReturnType<typeof systemAct>) =>
      bench.unitOfWork.run(by, (tx) => tx.enqueue(handler.job, { key: newId(), unitId }));
    for (let n = 0; n < 10; n += 1) await order(person(who));
    await expect(order(person(who))).rejects.toMatchObject({
      code: 'work.too-much-waiting',
      details: { lane: 'trials', whose: 'person', limit: 10, open: 10 },
    });
    await order(systemAct('test', 'test.ordered', systemClock.now()));
    for (let n = 0; n < 29; n += 1) await order(person(newId()));
    await expect(order(person(newId()))).rejects.toMatchObject({ code: 'work.too-much-waiting', details: { whose: 'unit', limit: 40 } });
    await bench.dataSource.query(`UPDATE platform.work SET state = 'cancelled' WHERE name = 'wished'`);
    await order(person(who));
    await bench.dataSource.query(`UPDATE platform.work SET state = 'cancelled' WHERE name = 'wished'`);
  });

  it('are looked at without any bell: due work is done while no relay rings', async () => {
    const done: Id[] = [];
    const cut = job('unrung', (run) => Promise.resolve(void done.push(run.key)), { lane: 'cuts' });
    const worker = await bench.worker({ jobs: [cut] });
    const key = newId();
    await bench.order(cut.job, key);
    await bench.until(() => Promise.resolve(done.includes(key)), 'the work to be found');
    await worker.stop();
  });

  it('are not rung where workers look as often as a relay does: cuts, as they are set', async () => {
    const rung = Relay.rung(laneConfig.parse(undefined));
    expect(rung).toEqual(lanes.filter((lane) => lane !== 'cuts'));
    const relay = bench.relay([], rung);
    const [cut, other] = [
      job('silent', () => Promise.resolve(), { lane: 'cuts' }),
      job('loud', () => Promise.resolve(), { lane: 'lapses' }),
    ];
    const ids = [await bench.order(cut.job), await bench.order(other.job)];
    const rungAt = async (id: Id | undefined): Promise<unknown> =>
      (await bench.dataSource.query<{ rung_at: unknown }[]>('SELECT rung_at FROM platform.work WHERE id = $1', [id]))[0]?.rung_at;
    await bench.until(async () => (await rungAt(ids[1])) !== null, 'the other lane to be rung');
    expect(await rungAt(ids[0])).toBeNull();
    await relay.stop();
    const worker = await bench.worker({ jobs: [cut, other] });
    for (const id of ids) await bench.until(async () => (await bench.work(id)).state === 'done', 'both to be done');
    await worker.stop();
  });

  it('are filled by one claim, and never beyond their places', async () => {
    const cuts = held('filled', 'work');
    const keys = Array.from({ length: 7 }, () => newId());
    for (const key of keys) await bench.order(cuts.handler.job, key);
    const worker = await bench.worker({ jobs: [cuts.handler], places: { work: share(3, null, null) } });
    await bench.until(() => Promise.resolve(cuts.running.length === 3), 'three to run');
    const done = `SELECT count(*)::int AS n FROM platform.work WHERE name = $1 AND state = 'done'`;
    await bench.until(async () => {
      cuts.endAll();
      return (await bench.dataSource.query<{ n: number }[]>(done, [cuts.handler.job.name]))[0]?.n === keys.length;
    }, 'all to be done');
    expect(cuts.most()).toBe(3);
    await worker.stop();
  });
});

describe('the view of lanes', () => {
  it('counts the places of the workers that are there: neither of one that was stopped nor of one that fell silent', async () => {
    const view = () => bench.unitOfWork.read(systemAct('test', 'test.ordered', systemClock.now()), readLanes);
    const seen = async (): Promise<unknown> => {
      const { workers, lanes } = await view();
      const work = lanes.find(({ lane }) => lane === 'work');
      return [workers, work?.places, work?.perUnit, work?.perPerson];
    };
    expect(await seen()).toEqual([0, 0, null, null]);
    const dying = await bench.worker({ places: { work: share(2, 2, null) } });
    const stopping = await bench.worker({ places: { work: share(5, null, 3) } });
    await bench.until(async () => (await view()).workers === 2, 'both to have said that they are there');
    expect(await seen()).toEqual([2, 7, 2, 3]);
    await stopping.stop();
    expect(await seen()).toEqual([1, 2, 2, null]);
    await dying.die();
    expect(await seen()).toEqual([1, 2, 2, null]);
    await bench.dataSource.query(`UPDATE platform.workers SET seen_at = seen_at - interval '20 seconds'`);
    expect(await seen()).toEqual([0, 0, null, null]);
  });
});

describe('a bell that accepts and never answers', () => {
  it('keeps neither whoever rings it nor whoever stops listening to it', async () => {
    const callers: Socket[] = [];
    const silent = createServer((caller) => void callers.push(caller)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const bell = await openBell({ kind: 'redis', host: '127.0.0.1', port: (silent.address() as AddressInfo).port, tls: false });
    const stop = bell.listen(() => undefined);
    await expect(bell.ring('cuts')).rejects.toThrow('the bell does not answer');
    await stop();
    await bell.close();
    await Promise.all(callers.filter(({ closed }) => !closed).map((caller) => once(caller.resume(), 'close')));
    silent.close();
  });
});
