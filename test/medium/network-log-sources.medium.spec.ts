import { addMs } from '#kernel';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Sealer } from '#networklogs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { composeApi } from '../../apps/api/app.js';
import { openMedium, type Medium } from '../support/medium.js';
import { endOwnProcesses, startOwn } from '../support/own-process.js';
import { type Called, callRaw, rawCalls } from '../support/raw-calls.js';

interface Segment {
  from: string;
  until: string;
  lost: number;
  gaps: { from: string; until: string; ms: number }[];
  complete: boolean;
}
interface Event {
  to: string;
  fromPort: number;
  bytesIn: number;
  bytesOut: number;
  startedAt: string;
  verdict: string;
  reason: string;
}
const secret = '330106199003071234';
const calls = rawCalls(secret);

let medium: Medium;
let sealer: Sealer;
beforeAll(async () => {
  medium = await openMedium();
  sealer = (await medium.worker()).get(Sealer, { strict: false });
  await medium.app.listen(0, '127.0.0.1');
  // Of the time before it started the installation knows nothing, and the first segment says so.
  await sealer.turn();
  await sealedBeyond(new Date().toISOString());
});
afterAll(async () => {
  endOwnProcesses();
  await medium.close();
});

/** Seals until a segment ends after an instant. @returns all segments of the platform's own door, oldest first. */
async function sealedBeyond(at: string): Promise<Segment[]> {
  return medium.until(async () => {
    await medium.security.post('/network-log-segments', {});
    const { body } = await medium.auditor.get<{ items: (Segment & { domainId: string | null })[] }>(
      '/network-log-segments?zone=control&limit=200',
    );
    const own = body.items.filter(({ domainId }) => domainId === null).sort((a, b) => (a.from < b.from ? -1 : 1));
    return (own.at(-1)?.until ?? '') > at ? own : undefined;
  }, `a segment beyond ${at}`);
}
async function eventsSince(from: string): Promise<Map<number, Event[]>> {
  const byPort = new Map<number, Event[]>();
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body }: { body: { items: Event[]; next: string | null } } = await medium.security.get(
      `/network-log-events?limit=200&from=${from}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    for (const event of body.items) byPort.set(event.fromPort, [event, ...(byPort.get(event.fromPort) ?? [])]);
    cursor = body.next;
  }
  return byPort;
}
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const bytesOf = (events: readonly Event[]) => [sum(events.map(({ bytesIn }) => bytesIn)), sum(events.map(({ bytesOut }) => bytesOut))];
const segmentsAreHonest = (segments: readonly Segment[]): void => {
  for (const { complete, lost, gaps } of segments) {
    expect(complete).toBe(lost === 0 && gaps.length === 0);
    for (const { from, until, ms } of gaps) expect(ms).toBe(Date.parse(until) - Date.parse(from));
  }
};

/** The platform's time is the database's, known to each process within this much (`clock.unsureBeyondMs`); a test reads its host's. */
const mostApartMs = 1_000;

describe('whatever comes to the door', () => {
  it('is an event that says why it ended, with the bytes that the caller’s own socket counted and no value of it [LOG-03] [AUD-08]', async () => {
    const from = new Date().toISOString();
    const url = new URL(await medium.app.getUrl());
    const called = new Map<string, Called>();
    for (const call of calls) called.set(call.kind, (await callRaw(call, url)) as Called);
    medium.app.getHttpServer().headersTimeout = 200;
    called.set('too slow', (await callRaw({ kind: 'too slow', pieces: [{ text: `GET /${secret}`, answered: true }] }, url)) as Called);
    medium.app.getHttpServer().headersTimeout = 60_000;
    await sealer.turn();
    const segments = (await sealedBeyond(new Date().toISOString())).filter(({ until }) => until > from);
    for (const segment of segments) expect(segment).toMatchObject({ gaps: [], lost: 0, complete: true });
    const events = await eventsSince(from);
    const told = [...called].map(([kind, { port }]) => [
      kind,
      (events.get(port) ?? []).map(({ to, verdict, reason }) => [to, verdict, reason].join(' · ')).sort(),
    ]);
    const healthy = 'GET /healthz · allowed · status 200';
    expect(Object.fromEntries(told)).toEqual({
      'one request': [healthy],
      'kept alive': ['GET /api/v1/people/self · denied · status 401', healthy, healthy],
      pipelined: [
        expect.stringContaining('GET /healthz'),
        expect.stringContaining('GET /healthz'),
        expect.stringContaining('no such route'),
      ],
      'head and body together': ['POST /api/v1/organisations · denied · status 401'],
      slow: [healthy],
      malformed: ['no request · denied · status 400, HPE_INVALID_METHOD'],
      'no host': ['GET no such route · denied · status 400, not routed'],
      'unknown expectation': ['GET no such route · denied · status 417, not routed'],
      'oversized head': ['no request · denied · status 431, HPE_HEADER_OVERFLOW'],
      CONNECT: ['CONNECT no such route · denied · status 404, no tunnel'],
      upgrade: [healthy],
      'HTTP/2 preface': ['no request · denied · status 400, HPE_PAUSED_H2_UPGRADE'],
      'half a request': ['no request · denied · status 400, HPE_INVALID_EOF_STATE'],
      'half-closed': [expect.stringContaining('GET /healthz')],
      'no byte': ['no request · allowed · closed without a request'],
      'too slow': ['no request · denied · status 408, ERR_HTTP_REQUEST_TIMEOUT'],
    });
    for (const [kind, { port, sent, received }] of called)
      expect([kind, ...bytesOf(events.get(port) ?? [])]).toEqual([kind, sent, received]);
    for (const one of [...called.values()].flatMap(({ port }) => events.get(port) ?? []))
      if (one.reason !== 'closed without a request') expect(one.bytesIn).toBeGreaterThan(0);
    // Requests that came in one piece: each has its own bytes.
    const parts = (events.get(called.get('pipelined')?.port ?? 0) ?? []).map(({ bytesIn }) => bytesIn);
    const texts = calls.find(({ kind }) => kind === 'pipelined')?.pieces[0]?.text.match(/GET.*?\r\n\r\n/gs) ?? [];
    expect(parts.sort((x, y) => x - y)).toEqual(texts.map((text) => text.length).sort((x, y) => x - y));
    expect(JSON.stringify([...events])).not.toContain(secret);
    for (const [kind, status] of Object.entries({ malformed: 400, 'oversized head': 431, CONNECT: 404, 'too slow': 408 }))
      expect(called.get(kind)?.text).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} .*application/problem\\+json`, 's'));
  });
});

describe('what is not over yet', () => {
  it('holds back the claim that everything is written, until it is told [LOG-03]', async () => {
    const url = new URL(await medium.app.getUrl());
    const from = new Date().toISOString();
    const held = connect({ host: url.hostname, port: Number(url.port) });
    await once(held, 'connect');
    held.write(`GET /${secret}`);
    const connectedAt = new Date().toISOString();
    const { port } = held.address() as { port: number };
    const [first] = calls;
    const later = first === undefined ? undefined : await callRaw(first, url);
    await medium.until(async () => {
      await sealer.turn();
      return (await eventsSince(from)).has(later?.port ?? 0);
    }, 'a later exchange to be collected');
    await medium.security.post('/network-log-segments', {});
    const { body } = await medium.auditor.get<{ items: Segment[] }>('/network-log-segments?zone=control&limit=200');
    for (const { gaps } of body.items.filter(({ until }) => until > addMs(connectedAt, mostApartMs)))
      expect(gaps.some((gap) => gap.from <= addMs(connectedAt, mostApartMs) && gap.until > connectedAt)).toBe(true);
    held.end();
    await once(held.resume(), 'close');
    await sealedBeyond(new Date().toISOString());
    expect((await eventsSince(from)).get(port)).toMatchObject([{ bytesIn: 5 + secret.length }]);
  });

  it('has a source that is known before the first caller can come [LOG-03]', async () => {
    const living = 'SELECT 1 FROM platform.connection_sources WHERE stopped_at IS NULL AND absent_at IS NULL';
    const before = await medium.sql(living);
    const app = await composeApi(medium.platform);
    expect(await medium.sql(living)).toHaveLength(before.length + 1);
    await app.close();
    expect(await medium.sql(living)).toHaveLength(before.length);
  });
});

describe('a process that is killed', () => {
  it('leaves a gap of stated length: what is recorded and the gap make up all that came, and no complete segment misses one [LOG-03]', async () => {
    const from = new Date().toISOString();
    const own = await startOwn(medium, 'api');
    const queue = fc.sample(fc.constantFrom(...calls), 200);
    const killAfter = 60 + Math.floor(Math.random() * 120);
    const called: Called[] = [];
    const caller = async (): Promise<void> => {
      for (let call = queue.shift(); call !== undefined; call = queue.shift()) {
        const done = await callRaw(call, own.url);
        if (done !== undefined) called.push(done);
        if (called.length >= killAfter) own.kill('SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: 8 }, caller));
    await own.ended();
    const killedAt = new Date().toISOString();
    // The process that is left notices.
    await medium.until(
      async () => {
        await sealer.turn();
        return (await medium.sql('SELECT 1 FROM platform.connection_sources WHERE absent_at IS NOT NULL')).length === 1;
      },
      'the absence to be noticed',
      30,
    );
    const segments = await sealedBeyond(new Date().toISOString());
    segmentsAreHonest(segments);
    const gaps = segments.flatMap((segment) => segment.gaps).filter((gap) => gap.until > from);
    expect(gaps.some((gap) => gap.from < killedAt && gap.until > killedAt)).toBe(true);
    const events = await eventsSince(from);
    const missing = called.filter(({ port, sent, received }) => bytesOf(events.get(port) ?? []).join() !== [sent, received].join());
    expect(called.length - missing.length).toBeGreaterThan(0);
    const unexplained = missing.filter(({ openedAt, closedAt }) => !gaps.some((gap) => gap.from <= closedAt && gap.until >= openedAt));
    expect(unexplained).toEqual([]);
  });

  it('is told apart from one that ends well, which wrote everything and leaves none [LOG-03]', async () => {
    await sealedBeyond(new Date().toISOString());
    const from = new Date().toISOString();
    const own = await startOwn(medium, 'api');
    const called: Called[] = [];
    for (const call of calls) called.push((await callRaw(call, own.url)) as Called);
    own.kill('SIGTERM');
    expect((await own.ended()).code).toBe(0);
    await sealer.turn();
    const segments = (await sealedBeyond(new Date().toISOString())).filter(({ until }) => until > from);
    for (const segment of segments) expect(segment).toMatchObject({ gaps: [], lost: 0, complete: true });
    const events = await eventsSince(from);
    for (const { kind, port, sent, received } of called) expect([kind, ...bytesOf(events.get(port) ?? [])]).toEqual([kind, sent, received]);
  });
});

describe('a process that cannot write', () => {
  it('is missed like one that ended, keeps what it sees and writes it later with its own times [LOG-03]', async () => {
    const url = new URL(await medium.app.getUrl());
    const absent = async () =>
      (await medium.sql('SELECT 1 FROM platform.connection_sources WHERE stopped_at IS NULL AND absent_at > $1', [from])).length > 0;
    const from = new Date().toISOString();
    await medium.sql('REVOKE INSERT ON platform.connections FROM opdomain_test_api');
    const called: Called[] = [];
    for (const call of calls) called.push((await callRaw(call, url)) as Called);
    await medium.until(async () => {
      await sealer.turn();
      return absent();
    }, 'the absence to be noticed');
    const noticed = new Date().toISOString();
    await sealedBeyond(noticed);
    expect((await eventsSince(from)).size).toBe(0);
    await medium.sql('GRANT INSERT ON platform.connections TO opdomain_test_api');
    await medium.until(async () => !(await absent()), 'the source to be back');
    const segments = (await sealedBeyond(new Date().toISOString())).filter(({ until }) => until > from);
    segmentsAreHonest(segments);
    const gaps = segments.flatMap((segment) => segment.gaps);
    const events = await eventsSince(from);
    for (const { kind, port, sent, received, openedAt, closedAt } of called) {
      const own = events.get(port) ?? [];
      expect([kind, ...bytesOf(own)]).toEqual([kind, sent, received]);
      for (const { startedAt } of own) {
        expect(startedAt >= addMs(openedAt, -mostApartMs)).toBe(true);
        expect(startedAt <= addMs(closedAt, mostApartMs)).toBe(true);
      }
      expect(gaps.some((gap) => gap.from <= closedAt && gap.until >= openedAt)).toBe(true);
    }
  });

  it('and says only later what it lost: the next segment shows the loss of an hour that is sealed already [LOG-03]', async () => {
    await sealedBeyond(new Date().toISOString());
    await medium.sql(
      `INSERT INTO platform.connection_losses (source_id, hour, lost) SELECT id, date_trunc('hour', now()) - interval '5 hours', 7
       FROM platform.connection_sources WHERE stopped_at IS NULL LIMIT 1`,
    );
    expect((await sealedBeyond(new Date().toISOString())).at(-1)).toMatchObject({ lost: 7, complete: false });
  });
});

describe('a batch of exchanges whose commit was answered by nobody', () => {
  it('is written once however often it is handed over, also after it was taken over, and holds nobody up', async () => {
    const { dataSource } = medium.platform;
    const transaction = dataSource.transaction.bind(dataSource) as (...args: unknown[]) => Promise<unknown>;
    let lost = 0;
    // Of the connection log's own transactions the first few commit, and their answer is lost.
    dataSource.transaction = async (...args: unknown[]) => {
      const ofTheLog = /ConnectionLog/.test(new Error().stack ?? '');
      const done = await transaction(...args);
      if (!ofTheLog || lost >= 3) return done;
      lost += 1;
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' });
    };
    const from = new Date(Date.now() - mostApartMs).toISOString();
    try {
      // Meanwhile each of them is taken over before it is handed over again.
      for (let asked = 0; asked < 12; asked += 1) {
        expect((await medium.auditor.get('/people/self')).status).toBe(200);
        await sealer.turn();
      }
      await medium.until(() => Promise.resolve(lost >= 3), 'answers to be lost');
    } finally {
      dataSource.transaction = transaction;
    }
    const reached = new Date().toISOString();
    segmentsAreHonest(await sealedBeyond(reached));
    const doubled = await medium.sql(`SELECT id FROM networklogs.events WHERE started_at >= $1 GROUP BY id HAVING count(*) > 1`, [from]);
    expect(doubled).toEqual([]);
    expect(await medium.sql('SELECT 1 FROM platform.connections WHERE started_at < $1', [reached])).toEqual([]);
    const own = await medium.sql<{ n: string }>(
      `SELECT count(*) AS n FROM networklogs.events WHERE started_at >= $1 AND person_id = $2 AND target = 'GET /api/v1/people/self'`,
      [from, medium.auditor.personId],
    );
    expect(Number(own[0]?.n)).toBe(12);
  }, 120_000);
});

describe('an exchange whose caller went away before the answer', () => {
  it('is recorded as whose it was, where the act was done all the same', async () => {
    const from = new Date(Date.now() - mostApartMs).toISOString();
    const url = new URL((await medium.app.getUrl()).replace('[::1]', '127.0.0.1'));
    const token = await medium.security.token();
    for (let n = 0; n < 15; n += 1) {
      const socket = connect(Number(url.port), url.hostname);
      await once(socket, 'connect');
      socket.write(`GET /api/v1/people/self HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`, () => {
        // At once, and a little later each time.
        setTimeout(() => socket.destroy(), n % 5);
      });
      await once(socket, 'close');
    }
    const events = async () =>
      medium.sql<{ person_id: string | null; reason: string }>(
        `SELECT person_id, closed_because AS reason FROM platform.connections WHERE started_at >= $1 AND target = 'GET /api/v1/people/self'
         UNION ALL SELECT person_id, reason FROM networklogs.events WHERE started_at >= $1 AND target = 'GET /api/v1/people/self'`,
        [from],
      );
    const found = await medium.until(async () => {
      const all = await events();
      return all.length >= 15 && all;
    }, 'all of them to be written');
    const gone = found.filter(({ reason }) => reason.startsWith('caller went away'));
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.filter(({ person_id }) => person_id !== medium.security.personId)).toEqual([]);
  }, 60_000);
});
