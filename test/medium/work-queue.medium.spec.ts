import { lanes, newId, systemAct, systemClock, type EventType, type Id } from '#kernel';
import { retryWork } from '#platform/queue';
import { managerOf } from '#platform/database/persistence';
import { inSpan, startTelemetry, traceparent } from '#platform/telemetry';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TcpProxy } from '../support/tcp-proxy.js';
import { anyEvent, bells, consumer, job, openWorkBench, untilAborted, type WorkBench } from '../support/work.js';

let dir = '';
let stopTelemetry: () => Promise<void>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-work-'));
  await chmod(dir, 0o711);
  stopTelemetry = await startTelemetry('test', { logLevel: 'silent' });
});
afterAll(async () => {
  await stopTelemetry();
  await rm(dir, { recursive: true, force: true });
});

const traceOf = (text: string | undefined): string | undefined => text?.split('-')[1];

describe.each(bells)('queued work, rung on %s', (kind) => {
  let bench: WorkBench;
  beforeAll(async () => {
    bench = await openWorkBench(kind, dir);
    await bench.dataSource.query('CREATE TABLE public.effects (id uuid PRIMARY KEY, event_id uuid NOT NULL, by text NOT NULL)');
  });
  afterAll(() => bench.close());

  const publish = (event: EventType, key: Id = newId()): Promise<void> =>
    bench.unitOfWork.run(systemAct('test', 'test.ordered', systemClock.now()), (tx) => tx.publish(event, key, {}));
  const state = (id: Id, wanted: string) => async () => (await bench.work(id)).state === wanted;
  const eventWork = async (name: string): Promise<{ id: Id; state: string }[]> =>
    bench.dataSource.query('SELECT id, state FROM platform.work WHERE name = $1 ORDER BY id', [name]);

  it('runs once for one order, however many relays ring and workers listen', async () => {
    const runs = new Map<Id, number>();
    const count = job('once', (run) => Promise.resolve(void runs.set(run.key, (runs.get(run.key) ?? 0) + 1)));
    const workers = [await bench.worker({ jobs: [count] }), await bench.worker({ jobs: [count] })];
    const relays = [bench.relay(), bench.relay()];
    const ids = await Promise.all(Array.from({ length: 40 }, () => bench.order(count.job)));
    for (const id of ids) await bench.until(state(id, 'done'), 'all orders to be done');
    for (const lane of lanes) await bench.bell.ring(lane);
    expect([...runs.values()]).toEqual(ids.map(() => 1));
    await Promise.all(relays.map((relay) => relay.stop()));
    await Promise.all(workers.map((worker) => worker.die()));
  });

  it('is tried again with growing pauses for as long as it takes, and at once when somebody asks', async () => {
    const starts: number[] = [];
    let broken = true;
    const failing = job(
      'failing',
      (run) => {
        starts.push(Date.now());
        return broken ? Promise.reject(new RangeError(`try ${String(run.attempt)}`)) : Promise.resolve();
      },
      { backoffSeconds: 0.3 },
    );
    const worker = await bench.worker({ jobs: [failing] });
    const relay = bench.relay();
    const id = await bench.order(failing.job);
    await bench.until(async () => (await bench.work(id)).attempts >= 3, 'three tries');
    expect(await bench.work(id)).toMatchObject({ state: 'due', last_error: 'RangeError', waits_for: null, losses: 0 });
    const pauses = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    expect(pauses[0]).toBeGreaterThanOrEqual(295);
    expect(pauses[1]).toBeGreaterThanOrEqual(595);
    await bench.dataSource.query(`UPDATE platform.work SET due_at = now() + interval '1 day' WHERE id = $1`, [id]);
    broken = false;
    const retry = () => bench.unitOfWork.run(systemAct('test', 'test.ordered', systemClock.now()), (tx) => retryWork(tx, id));
    expect(await retry()).toBe(true);
    await bench.until(state(id, 'done'), 'the work to be done');
    expect(await bench.work(id)).toMatchObject({ attempts: 0, last_error: null });
    expect(await retry()).toBe(false);
    await relay.stop();
    await worker.die();
  });

  it('is run again when it asks to be, which costs no try', async () => {
    const attempts: number[] = [];
    const asking = job('asking', (run) => {
      attempts.push(run.attempt);
      if (attempts.length < 4) run.again(new Date(Date.now() + 20).toISOString());
      return Promise.resolve();
    });
    const worker = await bench.worker({ jobs: [asking] });
    const relay = bench.relay();
    const id = await bench.order(asking.job);
    await bench.until(state(id, 'done'), 'the last run');
    expect(attempts).toEqual([1, 1, 1, 1]);
    await relay.stop();
    await worker.die();
  });

  it('loses nothing when the queue forgets every ring: the table is swept and rung again', async () => {
    const done = new Set<Id>();
    const forgotten = job('forgotten', (run) => Promise.resolve(void done.add(run.key)));
    const ids = await Promise.all(Array.from({ length: 20 }, () => bench.order(forgotten.job)));
    const relay = bench.relay();
    await bench.until(
      async () => (await bench.dataSource.query(`SELECT 1 FROM platform.work WHERE name = 'forgotten' AND rung_at IS NULL`)).length === 0,
      'all rings to be on their way',
    );
    await bench.loseRings();
    const worker = await bench.worker({ jobs: [forgotten] });
    for (const id of ids) await bench.until(state(id, 'done'), 'what the queue forgot to be done');
    expect(done.size).toBe(ids.length);
    await relay.stop();
    await worker.die();
  });

  it('is taken over by another worker when the one that held it died in the middle', async () => {
    const takers: string[] = [];
    let started: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (started = resolve));
    const handedOver = (taker: 'first' | 'second') =>
      job(
        'handed-over',
        (run) => {
          takers.push(taker);
          started();
          return taker === 'first' ? untilAborted(run) : Promise.resolve();
        },
        { leaseSeconds: 2 },
      );
    const first = await bench.worker({ jobs: [handedOver('first')] });
    const relay = bench.relay();
    const id = await bench.order(handedOver('first').job);
    await begun;
    await first.die();
    const second = await bench.worker({ jobs: [handedOver('second')] });
    await bench.until(state(id, 'done'), 'another worker to take over');
    expect(takers).toEqual(['first', 'second']);
    expect(await bench.work(id)).toMatchObject({ attempts: 0, losses: 1 });
    await relay.stop();
    await second.die();
  });

  it('loses no worker by an outage of the database, however often: who was cut off says so when it is back', async () => {
    const proxy = await TcpProxy.before(bench.databasePort);
    const going = Promise.withResolvers<undefined>();
    let tries = 0;
    const long = job(
      'cut-off',
      async (run) => {
        tries += 1;
        if (tries <= 3) await untilAborted(run);
        else await going.promise;
      },
      { leaseSeconds: 2 },
    );
    const worker = await bench.worker({ jobs: [long], behind: proxy });
    const relay = bench.relay();
    const id = await bench.order(long.job);
    for (let outage = 1; outage <= 3; outage += 1) {
      // The try before has said that it was not lost.
      await bench.until(async () => tries === outage && (await bench.work(id)).losses === 0, `try ${String(outage)}`, 60);
      await proxy.go('refuse');
      await bench.until(async () => (await bench.work(id)).losses > 0, 'the lease to lapse', 60);
      await proxy.go('pass');
    }
    await bench.until(async () => tries === 4 && (await bench.work(id)).losses === 0, 'the last try', 60);
    going.resolve(undefined);
    await bench.until(state(id, 'done'), 'the work to be done', 60);
    expect(await bench.work(id)).toMatchObject({ attempts: 0, losses: 0 });
    await relay.stop();
    await worker.stop();
    await proxy.close();
  }, 240_000);

  it('that is cancelled while it runs is told so and stays cancelled', async () => {
    let told: unknown;
    const relay = bench.relay();
    const cancelled = job(
      'cancelled',
      async (run) => {
        await untilAborted(run).catch((reason: unknown) => {
          told = reason;
          throw reason;
        });
      },
      { leaseSeconds: 1 },
    );
    const worker = await bench.worker({ jobs: [cancelled] });
    const key = newId();
    const id = await bench.order(cancelled.job, key);
    await bench.until(state(id, 'leased'), 'the work to run');
    const cancel = () =>
      bench.unitOfWork.run(systemAct('test', 'test.ordered', systemClock.now()), (tx) => tx.cancelWork(cancelled.job, key));
    expect(await cancel()).toBe(1);
    await bench.until(() => Promise.resolve(told !== undefined), 'the running work to be told');
    expect(await bench.work(id)).toMatchObject({ state: 'cancelled' });
    expect(await cancel()).toBe(0);
    await relay.stop();
    await worker.die();
  });

  it('consumes an event exactly once, also when a worker died between the commit and the end of its work', async () => {
    const type = anyEvent(`${kind}.happened.v1`);
    let fail = true;
    const effect = (name: string) =>
      consumer(type, `${kind}.${name}`, async (tx, event) => {
        await managerOf(tx).query('INSERT INTO public.effects (id, event_id, by) VALUES ($1, $2, $3)', [newId(), event.id, name]);
        if (name === 'shaky' && fail) {
          fail = false;
          throw new Error('after its write, before its commit');
        }
      });
    const consumers = [effect('steady'), effect('shaky')];
    const relay = bench.relay(consumers);
    const worker = await bench.worker({ consumers });
    await publish(type);
    const done = async (name: string) => {
      const rows = await eventWork(name);
      return rows.length === 1 && rows[0]?.state === 'done';
    };
    await bench.until(() => done(`${kind}.shaky`), 'the failed consumer to be tried again');
    await bench.until(() => done(`${kind}.steady`), 'the event to be consumed');
    const [work] = await eventWork(`${kind}.steady`);
    await bench.dataSource.query(
      `UPDATE platform.work SET state = 'leased', lease_owner = 'gone', lease_until = now(), finished_at = NULL WHERE id = $1`,
      [work?.id],
    );
    await bench.until(() => done(`${kind}.steady`), 'the work to be taken again');
    const effects: { by: string }[] = await bench.dataSource.query(
      `SELECT by FROM public.effects WHERE by IN ('shaky', 'steady') ORDER BY by`,
    );
    expect(effects.map(({ by }) => by)).toEqual(['shaky', 'steady']);
    await relay.stop();
    await worker.die();
  });

  it('misses no event of a transaction that began earlier and committed later', async () => {
    const type = anyEvent(`${kind}.ordered.v1`);
    const seen: string[] = [];
    const consumers = [consumer(type, `${kind}.orderly`, (_, event) => Promise.resolve(void seen.push(event.key)))];
    const relay = bench.relay(consumers);
    const worker = await bench.worker({ consumers });
    const [early, late] = [newId(), newId()];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let written: () => void = () => undefined;
    const earlyWritten = new Promise<void>((resolve) => (written = resolve));
    const slow = bench.unitOfWork.run(systemAct('test', 'test.ordered', systemClock.now()), async (tx) => {
      await tx.publish(type, early, {});
      written();
      await held;
    });
    await earlyWritten;
    await publish(type, late);
    await bench.until(() => Promise.resolve(seen.includes(late)), 'the later one, which committed first');
    release();
    await slow;
    await bench.until(() => Promise.resolve(seen.includes(early)), 'the earlier one, which committed last');
    expect(seen).toEqual([late, early]);
    await relay.stop();
    await worker.die();
  });

  it('keeps one trace from the act that ordered it to the handlers and what they order in turn', async () => {
    const type = anyEvent(`${kind}.traced.v1`);
    const traces: Record<string, string | undefined> = {};
    const traced = job('traced', (run) => {
      traces['job'] = traceOf(run.traceparent);
      traces['span'] = traceOf(traceparent());
      return Promise.resolve();
    });
    const consumers = [
      consumer(type, `${kind}.tracer`, async (tx, event) => {
        traces['consumer'] = traceOf(tx.context.traceparent);
        await tx.enqueue(traced.job, { key: event.key });
      }),
    ];
    const relay = bench.relay(consumers);
    const worker = await bench.worker({
      consumers,
      jobs: [traced],
    });
    await inSpan('a request', {}, async () => {
      traces['act'] = traceOf(traceparent());
      await bench.unitOfWork.run({ ...systemAct('test', 'test.ordered', systemClock.now(), traceparent()) }, (tx) =>
        tx.publish(type, newId(), {}),
      );
    });
    await bench.until(() => Promise.resolve(traces['span'] !== undefined), 'the job at the end of the chain');
    expect(traces['act']).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(Object.values(traces))).toEqual(new Set([traces['act']]));
    await relay.stop();
    await worker.die();
  });
});
