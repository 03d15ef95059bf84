import { sha256, type JsonObject } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '../../apps/api/app.js';
import type { OpdomainConfig } from '../../apps/composition/config.js';
import { contexts as all } from '../../apps/composition/contexts.js';
import { ComposedModule } from '../../apps/composition/platform.module.js';
import { openPlatform } from '../../apps/composition/platform.js';
import { startWorker } from '../../apps/worker/app.js';
import { startRedis, type Redis } from '../../deploy/embedded/servers/index.js';
import { OperatorDesk } from '../../libs/domains/application/operator-desk.js';
import { FollowAuthorisation } from '../../libs/domains/jobs/follow-authorisation.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { filePerson, inDays, ok, openOperating, type Operating } from '../support/operating.js';
import { outside, type Seen } from '../support/outside.js';
import { endOwnProcesses, startOwn } from '../support/own-process.js';
import { longAnswers } from '../support/streaming.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const ways = ['refuse', 'silent', 'stalled'] as const;
const contexts = [
  ...all.map((context) => (context.name === 'domains' ? { ...context, jobs: [FollowAuthorisation] } : context)),
  longAnswers,
];
/** What a look beside the bell may take at the most, by lane, and what a busy machine may take for the work itself: below what Redis is away. */
const looks = { cuts: 1_000, others: 5_000 };
const workMs = 15_000;
/** The goodbyes of a worker: to whoever runs, to the bell that it hears and to the one that it rings. */
const drainedWithinMs = 20_000;
const answeredWithinMs = 15_000;

let dir = '';
let redis: Redis;
let toRedis: TcpProxy;
let medium: Medium;
let queue: OpdomainConfig['queue'];
/** The operator's own desk without its loops: no cluster is here, and the test answers in its place. */
let operator: INestApplicationContext;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-bell-'));
  redis = await startRedis({ dir });
  toRedis = await TcpProxy.before(redis.port);
  const passwordFile = join(dir, 'queue.password');
  await writeFile(passwordFile, redis.password, { mode: 0o600 });
  queue = { kind: 'redis', host: '127.0.0.1', port: toRedis.port, passwordFile, tls: false };
  medium = await openMedium({ contexts, schema: all, config: (config) => ({ ...config, queue }) });
  await listen(medium.app, medium.platform);
  operator = await NestFactory.createApplicationContext(ComposedModule.of(await medium.platformOf('operator'), {}), {
    logger: false,
    abortOnError: false,
  });
}, 300_000);
afterAll(async () => {
  endOwnProcesses();
  await operator.close();
  await medium.close();
  await toRedis.close();
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
});

/** @returns what drains it, and answers how long that took */
async function worker(): Promise<() => Promise<number>> {
  const platform = await openPlatform(medium.configOf('worker'), contexts, 'worker');
  const stop = await startWorker(platform);
  return async () => {
    const began = performance.now();
    await stop();
    await platform.close();
    return performance.now() - began;
  };
}

interface Unit {
  readonly operating: Operating;
  readonly holder: Caller;
  readonly domainId: string;
}
/** A unit with a seat and a domain that stands. Needs a worker. */
async function unitAtWork(): Promise<Unit> {
  const operating = await openOperating(medium);
  const holder = await medium.person(operating.unitId, ['unit-developer']);
  await filePerson(operating.authority, holder.personId);
  const body = { personId: holder.personId, scenarioId: operating.scenarioId, clause: '授权协议第四条', endsOn: inDays(60) };
  const { id } = ok(await operating.manager.post('/seats', body));
  ok(await operating.authority.post(`/seats/${id}/grants`, {}));
  const domainId = await medium.until(async () => {
    const [row] = await medium.sql<{ id: string }>('SELECT id FROM domains.operation_domains WHERE authorisation_id = $1', [
      operating.authorisationId,
    ]);
    return row?.id;
  }, 'the domain to be requested');
  await medium.sql(
    `BEGIN; SET LOCAL session_replication_role = replica; UPDATE domains.operation_domains SET state = 'ready' WHERE id = '${domainId}'; COMMIT`,
  );
  return { operating, holder, domainId };
}

interface Suspended {
  readonly answeredAfterMs: number;
  /** By this machine's clock, between which the act was committed. */
  readonly between: readonly [number, number];
}
async function suspend({ operating }: Unit): Promise<Suspended> {
  const began = Date.now();
  const body = {
    ground: 'other-breach',
    evidence: [{ what: '检查记录', digest: sha256('检查记录') }],
    decidedOn: inDays(0),
    period: { length: 30, unit: 'calendar-days', source: '协议第十条' },
  };
  ok(await operating.authority.post(`/authorisations/${operating.authorisationId}/suspensions`, body));
  return { answeredAfterMs: Date.now() - began, between: [began, Date.now()] };
}

/** The domain sealed, and how long after the act the event was consumed, in milliseconds of the database's clock. */
async function sealed({ domainId, operating }: Unit): Promise<number> {
  await medium.until(
    async () =>
      (await medium.sql<{ state: string }>('SELECT state FROM domains.operation_domains WHERE id = $1', [domainId]))[0]?.state === 'sealed',
    'the domain to be sealed',
    60,
  );
  const [took] = await medium.sql<{ ms: number }>(
    `SELECT (extract(epoch FROM i.consumed_at - o.created_at) * 1000)::float AS ms FROM platform.outbox o
     JOIN platform.inbox i ON i.event_id = o.id AND i.consumer = 'domains.on-suspended'
     WHERE o.payload ->> 'authorisationId' = $1`,
    [operating.authorisationId],
  );
  return took?.ms ?? NaN;
}

interface Cut {
  readonly committedAt: number;
  readonly cutWithinMs: number;
  /** From when it was ordered until it was begun. */
  readonly waitedMs: number;
  readonly closedSeenAt: number;
}
async function receiptOf({ operating, domainId }: Unit): Promise<Cut> {
  const desk = operator.get(OperatorDesk);
  const zone = {
    namespace: 'zone-dev',
    zone: 'dev',
    bindings: [],
    foreign: [],
    probe: { how: 'asked for a shell', refused: true, answer: '403' },
  };
  const answers: Readonly<Record<string, JsonObject>> = { access: { zones: [zone] }, pods: { pods: [] } };
  const row = await medium.until(
    async () => {
      for (const { id, kind } of await desk.beginLooks(domainId, ['pods', 'access']))
        await desk.answer([id], { result: answers[kind] ?? {} });
      const [found] = await medium.sql<{ receipt: { document: { committedAt: string; cutWithinMs: number } }; waited: number }>(
        `SELECT r.receipt, (extract(epoch FROM r.seen_at - w.created_at) * 1000)::float AS waited FROM seats.revocations r
         JOIN platform.work w ON w.key = r.id AND w.name = 'seats.cut'
         WHERE r.scope_id = $1 AND r.state = 'closed'`,
        [operating.authorisationId],
      );
      return found;
    },
    'the receipt',
    60,
  );
  const { committedAt, cutWithinMs } = row.receipt.document;
  return { committedAt: Date.parse(committedAt), cutWithinMs, waitedMs: row.waited, closedSeenAt: Date.now() };
}

describe.each(ways)('while Redis is away (%s)', (way) => {
  it('a suspension is answered, sealed and cut all the same; its receipt counts from the commit, and workers end in their time [SUSP-01]', async () => {
    const drain = await worker();
    const [first, second] = [await unitAtWork(), await unitAtWork()];
    await toRedis.go(way);

    // In between: the worker that runs loses its bell.
    const probe = {
      kind: 'ask' as const,
      url: `${await medium.app.getUrl()}/api/v1/long-answers/${first.operating.scenarioId}/once`,
      headers: { authorization: `Bearer ${await first.holder.token()}` },
    };
    const finish = await outside([probe]);
    const act = await suspend(first);
    expect(act.answeredAfterMs).toBeLessThan(answeredWithinMs);
    expect(await sealed(first)).toBeLessThan(looks.others + workMs);
    const cut = await receiptOf(first);
    expect(cut.waitedMs).toBeLessThan(looks.cuts + workMs);
    const [seen] = (await finish()) as [Seen];
    const through = seen.seen.filter(({ status }) => status === 200).map(({ sentAt }) => sentAt ?? 0);
    expect(Math.max(...through)).toBeLessThanOrEqual(cut.committedAt + cut.cutWithinMs);
    trueByOutside(act, cut);
    expect(await drain()).toBeLessThan(drainedWithinMs);

    // At start: the act was done while no worker was there, and one comes that finds no bell.
    const late = await suspend(second);
    expect(late.answeredAfterMs).toBeLessThan(answeredWithinMs);
    const drainSecond = await worker();
    const began = Date.now();
    await sealed(second);
    const cutLate = await receiptOf(second);
    expect(cutLate.cutWithinMs).toBeGreaterThanOrEqual(began - late.between[1] - 1_000);
    trueByOutside(late, cutLate);
    expect(await drainSecond()).toBeLessThan(drainedWithinMs);
    await toRedis.go('pass');
  }, 300_000);
});

/** The receipt's figures by this machine's clock, which the database shares. */
function trueByOutside({ between: [before, after] }: Suspended, { committedAt, cutWithinMs, closedSeenAt }: Cut): void {
  expect(committedAt).toBeGreaterThanOrEqual(before - 100);
  expect(committedAt).toBeLessThanOrEqual(after + 100);
  expect(committedAt + cutWithinMs).toBeLessThanOrEqual(closedSeenAt + 100);
}

describe('a worker as it is installed', () => {
  it('starts, and ends in its time when it is told to, whatever way Redis is away', async () => {
    const proxies = await Promise.all(ways.map(() => TcpProxy.before(redis.port)));
    const ended = await Promise.all(
      ways.map(async (way, index) => {
        const proxy = proxies[index] as TcpProxy;
        await proxy.go(way);
        const own = await startOwn(medium, 'worker', (config) => ({ ...config, queue: { ...queue, port: proxy.port } }));
        own.kill('SIGTERM');
        const { code, ms } = await own.ended();
        return [way, code, ms < drainedWithinMs];
      }),
    );
    expect(ended).toEqual(ways.map((way) => [way, 0, true]));
    await Promise.all(proxies.map((proxy) => proxy.close()));
  }, 300_000);
});
