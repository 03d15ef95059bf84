import { newId, refuserOf, systemAct, systemClock, type Id, type Refusal } from '#kernel';
import { LeaseLost, type JobRun } from '#platform/queue';
import { managerOf } from '#platform/database/persistence';
import { startTelemetry } from '#platform/telemetry';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bells, job, openWorkBench, over, untilAborted, type WorkBench } from '../support/work.js';

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

describe.each(bells)('work that comes to nothing, rung on %s', (kind) => {
  let bench: WorkBench;
  beforeAll(async () => {
    bench = await openWorkBench(kind, dir);
    await bench.dataSource.query('CREATE TABLE public.effects (id uuid PRIMARY KEY, event_id uuid NOT NULL, by text NOT NULL)');
  });
  afterAll(() => bench.close());

  const state = (id: Id, wanted: string) => async () => (await bench.work(id)).state === wanted;
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
      await bench.dataSource.query(`UPDATE platform.work SET waits_since = now() - interval '11 minutes', due_at = now() WHERE id = $1`, [
        lost,
      ]);
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
});
