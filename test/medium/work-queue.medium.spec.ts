import { lanes, newId, refuserOf, systemAct, systemClock, type EventType, type Id, type Refusal } from '#kernel';
import { LeaseLost, retryWork, type JobRun } from '#platform/queue';
import { managerOf } from '#platform/database/persistence';
import { inSpan, startTelemetry, traceparent } from '#platform/telemetry';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyEvent, bells, consumer, job, openWorkBench, over, type WorkBench } from '../support/work.js';

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

/** Ends when the run is told to, as long work does. */
const untilAborted = (run: JobRun): Promise<void> =>
  new Promise((_, reject) => {
    const end = (): void => {
      reject(run.signal.reason instanceof Error ? run.signal.reason : new Error('aborted'));
    };
    if (run.signal.aborted) end();
    else run.signal.addEventListener('abort', end);
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

  describe('that has a patience', () => {
    const patience = { tries: 3, outageMinutes: 10 };
    const refuse = refuserOf({
      'test.store-away': { status: 503, awaits: 'object-store', zh: '', en: '', satisfyZh: '', satisfyEn: '' },
      'test.not-now': { status: 409, transient: true, zh: '', en: '', satisfyZh: '', satisfyEn: '' },
    });
    const ended: { key: Id; why: Refusal; inTx: string }[] = [];
    const endedOf = (key: Id): (typeof ended)[number] | undefined => ended.find((one) => one.key === key);
    const ending = (handler: Parameters<typeof over>[0]) =>
      over(handler, async (tx, key, why) => {
        const [row]: { id: string }[] = await managerOf(tx).query('SELECT pg_current_xact_id()::text AS id');
        await managerOf(tx).query('INSERT INTO public.effects (id, event_id, by) VALUES ($1, $2, $3)', [newId(), key, 'given up']);
        ended.push({ key, why, inTx: row?.id ?? '' });
      });

    it.each([
      ['a fault of its own', () => new RangeError('x'), 'RangeError'],
      ['what its rules do not bear now', () => refuse('test.not-now'), 'test.not-now'],
    ])('is given up after its tries at %s, and what it is for ends in the same transaction', async (_, fault, code) => {
      const failing = job(`given-up-${code}`, () => Promise.reject(fault()), { patience });
      const worker = await bench.worker({ jobs: [failing], overs: [ending(failing)] });
      const relay = bench.relay();
      const key = newId();
      const id = await bench.order(failing.job, key);
      await bench.until(state(id, 'dead'), 'the work to be given up');
      expect(await bench.work(id)).toMatchObject({ attempts: 2, last_error: code, lease_owner: null });
      expect(endedOf(key)?.why).toMatchObject({ code: 'queue.failed-too-often', details: { cause: code } });
      const [row]: { xmin: string }[] = await bench.dataSource.query('SELECT xmin::text FROM platform.work WHERE id = $1', [id]);
      expect(row?.xmin).toBe(endedOf(key)?.inTx);
      await relay.stop();
      await worker.die();
    });

    it('is not given up where what it is for does not end: it goes on', async () => {
      let refusing = true;
      const failing = job('not-ended', () => Promise.reject(new RangeError('x')), { patience, leaseSeconds: 60 });
      const tried: Id[] = [];
      const worker = await bench.worker({
        jobs: [failing],
        overs: [
          over(failing, (_, key) => {
            tried.push(key);
            return refusing ? Promise.reject(new Error('cannot be ended now')) : Promise.resolve();
          }),
        ],
      });
      const relay = bench.relay();
      const id = await bench.order(failing.job);
      await bench.until(() => Promise.resolve(tried.length > 0), 'the end to be tried');
      expect((await bench.work(id)).state).toBe('leased');
      refusing = false;
      await bench.dataSource.query(`UPDATE platform.work SET lease_until = now() WHERE id = $1`, [id]);
      await bench.until(state(id, 'dead'), 'the work to be given up');
      await relay.stop();
      await worker.die();
    });

    it('waits for what is away at no cost, says since when, goes on when it is back, and is given up when that takes too long', async () => {
      let away = true;
      const seen: number[] = [];
      const waiting = job(
        'waiting',
        (run) => {
          seen.push(run.attempt);
          return away ? Promise.reject(refuse('test.store-away')) : Promise.resolve();
        },
        { patience },
      );
      const worker = await bench.worker({ jobs: [waiting], overs: [ending(waiting)] });
      const relay = bench.relay();
      const [id, lostKey] = [await bench.order(waiting.job), newId()];
      await bench.until(() => Promise.resolve(seen.length >= 6), 'more tries than it has');
      const first = await bench.work(id);
      expect(first).toMatchObject({ attempts: 0, losses: 0, waits_for: 'object-store', last_error: 'test.store-away' });
      expect(new Set(seen)).toEqual(new Set([1]));
      const lost = await bench.order(waiting.job, lostKey);
      await bench.until(async () => (await bench.work(lost)).waits_for !== null, 'the other to wait too');
      await bench.dataSource.query(`UPDATE platform.work SET waits_since = now() - interval '11 minutes', due_at = now() WHERE id = $1`, [lost]);
      await bench.until(state(lost, 'dead'), 'the other to be given up');
      expect(endedOf(lostKey)?.why).toMatchObject({ code: 'queue.outage-too-long', details: { dependency: 'object-store' } });
      expect((await bench.work(id)).waits_since).toEqual(first.waits_since);
      away = false;
      await bench.until(state(id, 'done'), 'it to go on');
      expect(await bench.work(id)).toMatchObject({ waits_for: null, waits_since: null, attempts: 0, last_error: null });
      await relay.stop();
      await worker.die();
    });

    it('is given up where worker after worker is lost with it', async () => {
      const relay = bench.relay();
      const deadly = job('deadly', () => Promise.resolve(), { patience });
      const key = newId();
      const id = await bench.order(deadly.job, key);
      // As workers left it that died while they held it.
      await bench.dataSource.query(
        `UPDATE platform.work SET losses = 10, state = 'leased', lease_owner = 'gone', lease_until = now() WHERE id = $1`,
        [id],
      );
      const worker = await bench.worker({ jobs: [deadly], overs: [ending(deadly)] });
      await bench.until(state(id, 'dead'), 'the deadly work to be put aside');
      expect(await bench.work(id)).toMatchObject({ last_error: 'queue.workers-lost', losses: 11 });
      expect(endedOf(key)?.why.code).toBe('queue.workers-lost');
      await relay.stop();
      await worker.die();
    });

    it('and nobody who ends what it is for keeps the worker from starting, as the reverse does', async () => {
      const endless = job('endless', () => Promise.resolve());
      const patient = job('patient', () => Promise.resolve(), { patience });
      await expect(bench.worker({ jobs: [patient] })).rejects.toThrow('patient');
      await expect(bench.worker({ jobs: [endless], overs: [ending(endless)] })).rejects.toThrow('endless');
    });
  });

  it('is given back by a worker that stops, at no cost, however often, and is due at once', async () => {
    const relay = bench.relay();
    let begun = 0;
    const long = job(
      'rolled',
      (run) => {
        begun += 1;
        return begun > 6 ? Promise.resolve() : untilAborted(run);
      },
      { patience: { tries: 2, outageMinutes: 1 } },
    );
    const none = over(long, () => Promise.reject(new Error('must not be given up')));
    const id = await bench.order(long.job);
    for (let restart = 1; restart <= 6; restart += 1) {
      const worker = await bench.worker({ jobs: [long], overs: [none] });
      await bench.until(() => Promise.resolve(begun === restart), 'the next worker to take it');
      await worker.stop();
      expect(await bench.work(id)).toMatchObject({ state: 'due', attempts: 0, losses: 0, lease_owner: null });
    }
    const last = await bench.worker({ jobs: [long], overs: [none] });
    await bench.until(state(id, 'done'), 'the last worker to do it');
    await relay.stop();
    await last.stop();
  });

  it('that shows no progress is told to end, though its worker lives, and one that shows some goes on', async () => {
    const relay = bench.relay();
    let moved = 0;
    const still = job('still', (run) => (run.attempt > 1 ? Promise.resolve() : untilAborted(run)), { leaseSeconds: 1, stillSeconds: 1 });
    const moving = job(
      'moving',
      async (run) => {
        while (moved < 12 && !run.signal.aborted) {
          await run.progress({ moved: ++moved });
          await new Promise((resolve) => setTimeout(resolve, 250));
        }
        run.signal.throwIfAborted();
      },
      { leaseSeconds: 1, stillSeconds: 1 },
    );
    const worker = await bench.worker({ jobs: [still, moving] });
    const [stuck, going] = [await bench.order(still.job), await bench.order(moving.job)];
    await bench.until(state(stuck, 'done'), 'the second try');
    await bench.until(state(going, 'done'), 'what moves');
    expect((await bench.work(going)).attempts).toBe(0);
    expect(moved).toBe(12);
    await relay.stop();
    await worker.stop();
  });

  it('counts nothing of a try whose lease lapsed meanwhile: what it made is asked for under lock', async () => {
    const relay = bench.relay();
    const [reached, goOn] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const outcomes: string[] = [];
    const keep = (run: JobRun, who: string): Promise<void> =>
      bench.unitOfWork
        .run(systemAct('test', 'test.done', systemClock.now()), async (tx) => {
          await managerOf(tx).query('INSERT INTO public.effects (id, event_id, by) VALUES ($1, $2, $3)', [newId(), run.key, who]);
          await run.held(tx);
        })
        .then(
          () => void outcomes.push(who),
          (fault: unknown) => {
            outcomes.push(fault instanceof LeaseLost ? `${who}: lease lost` : `${who}: ${String(fault)}`);
            throw fault;
          },
        );
    const tries: string[] = [];
    // The same worker may well be who takes it again.
    const overtaken = job('overtaken', async (run) => {
      const who = tries.push('') === 1 ? 'first' : 'second';
      if (who === 'first') {
        reached.resolve(undefined);
        await goOn.promise;
      }
      await keep(run, who);
    });
    const worker = await bench.worker({ jobs: [overtaken] });
    const key = newId();
    const id = await bench.order(overtaken.job, key);
    await reached.promise;
    // As a worker that stands still past its lease leaves it.
    await bench.dataSource.query('UPDATE platform.work SET lease_until = now() WHERE id = $1', [id]);
    await bench.until(async () => (await bench.work(id)).losses === 1, 'the lease to lapse');
    await bench.until(state(id, 'done'), 'the other try to do it');
    goOn.resolve(undefined);
    await bench.until(() => Promise.resolve(outcomes.length === 2), 'the first to come to its end');
    expect(outcomes).toEqual(['second', 'first: lease lost']);
    expect(await bench.dataSource.query('SELECT by FROM public.effects WHERE event_id = $1', [key])).toEqual([{ by: 'second' }]);
    expect(await bench.work(id)).toMatchObject({ state: 'done' });
    await relay.stop();
    await worker.stop();
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
    const done = async (name: string) =>
      (await eventWork(name)).every((row) => row.state === 'done') && (await eventWork(name)).length === 1;
    await bench.until(() => done(`${kind}.shaky`), 'the failed consumer to be tried again');
    await bench.until(() => done(`${kind}.steady`), 'the event to be consumed');
    const [work] = await eventWork(`${kind}.steady`);
    await bench.dataSource.query(
      `UPDATE platform.work SET state = 'leased', lease_owner = 'gone', lease_until = now(), finished_at = NULL WHERE id = $1`,
      [work?.id],
    );
    await bench.until(() => done(`${kind}.steady`), 'the work to be taken again');
    const effects: { by: string }[] = await bench.dataSource.query(`SELECT by FROM public.effects WHERE by IN ('shaky', 'steady') ORDER BY by`);
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
