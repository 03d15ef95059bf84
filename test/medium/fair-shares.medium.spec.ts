import { defineJob, newId, systemAct, systemClock } from '#kernel';
import { RouteTable } from '#platform/http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type Socket } from 'node:net';
import { oversightConfig } from '../../libs/oversight/config.js';
import { FollowedWork } from '../../libs/oversight/application/followed-work.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { UploadClient } from '../support/uploads.js';

const limits = { bodyStallSeconds: 0.8, bodySeconds: 2, unknownBodies: 3 };
const oversight = oversightConfig.parse({ followersPerPerson: 3, followersPerUnit: 5 });
let medium: Medium;
let url: string;
let unit: string;
let first: Caller;
let second: Caller;
beforeAll(async () => {
  medium = await openMedium({
    config: (whole) => Object.assign(whole, { http: { ...whole.http, ...limits }, oversight }),
  });
  await medium.app.listen(0, '127.0.0.1');
  url = (await medium.app.getUrl()).replace('[::1]', '127.0.0.1');
  unit = await medium.organisation('unit');
  first = await medium.person(unit, ['unit-manager']);
  second = await medium.person(unit, ['unit-manager']);
}, 240_000);
afterAll(() => medium.close());

describe('streams of operations', () => {
  const later = defineJob('test.later', 'events', { goesOn: 'a test’s' });
  const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();
  const order = (): Promise<string> =>
    medium.platform.unitOfWork.run(systemAct('test', 'person.self-read', systemClock.now()), (tx) =>
      tx.enqueue(later, { key: newId(), unitId: unit, dueAt: inAnHour() }),
    );
  const closing = new AbortController();
  const follow = async (who: Caller, id: string, signal?: AbortSignal): Promise<Response> =>
    fetch(`${url}/api/v1/operations/${id}/events`, {
      headers: { authorization: `Bearer ${await who.token()}` },
      ...(signal === undefined ? {} : { signal }),
    });
  const codes = (answers: readonly Response[]): number[] => answers.map(({ status }) => status).sort();

  it('have a share for each person and each unit, also of many asked for at once; a second person is served meanwhile', async () => {
    const id = await order();
    const { signal } = closing;
    const ofFirst = await Promise.all(Array.from({ length: 12 }, () => follow(first, id, signal)));
    expect(codes(ofFirst)).toEqual([...Array<number>(3).fill(200), ...Array<number>(9).fill(429)]);
    const refused = ofFirst.find(({ status }) => status === 429);
    expect(await refused?.json()).toMatchObject({ code: 'operation.too-many-followers', details: { whose: 'person', limit: 3 } });
    expect(codes(await Promise.all(Array.from({ length: 3 }, () => follow(second, id, signal))))).toEqual([200, 200, 429]);
    closing.abort();
    await medium.until(async () => {
      const again = await follow(first, id);
      await again.body?.cancel();
      return again.status === 200;
    }, 'a place that was given back');
  });

  it('ask the database once for all who follow', async () => {
    const ids = [await order(), await order(), await order()];
    const work = medium.app.get(FollowedWork);
    const answers = await medium.until(async () => {
      const asked = await Promise.all(ids.map((id) => follow(first, id)));
      if (asked.every(({ status }) => status === 200)) return asked;
      for (const { body } of asked) await body?.cancel();
      return undefined;
    }, 'three streams');
    const before = { looks: work.looks, at: performance.now() };
    await medium.until(async () => work.looks >= before.looks + 4, 'four looks');
    expect(work.looks - before.looks).toBeLessThanOrEqual((performance.now() - before.at) / 500 + 1);
    for (const { body } of answers) await body?.cancel();
  });
});

describe('open uploads', () => {
  it('are so many of a person, also of many begun at once; another provider’s are begun meanwhile', async () => {
    const [steward, other] = [
      await medium.person(await medium.organisation('provider'), ['provider']),
      await medium.person(await medium.organisation('provider'), ['provider']),
    ];
    const uploads = await UploadClient.of(medium, steward);
    const answers = await Promise.all(Array.from({ length: 54 }, () => uploads.begin(10)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    const refused = answers.find(({ status }) => status !== 201);
    expect([refused?.status, await refused?.json()]).toMatchObject([
      429,
      { code: 'upload.too-many-open', details: { whose: 'person', limit: 50 } },
    ]);
    expect((await (await UploadClient.of(medium, other)).begin(10)).status).toBe(201);
    const location = answers.find(({ status }) => status === 201)?.headers.get('location') ?? '';
    expect((await uploads.abandon(location)).status).toBe(204);
    expect((await uploads.begin(10)).status).toBe(201);
  }, 240_000);
});

/** What comes back on a connection that sends this much of a request and then nothing, until an answer is whole. */
function stalled(bytes: string, more: { trickle?: string; localAddress?: string } = {}): { answer: Promise<string>; socket: Socket } {
  const socket = connect({
    port: Number(new URL(url).port),
    host: '127.0.0.1',
    ...(more.localAddress === undefined ? {} : { localAddress: more.localAddress }),
  });
  let text = '';
  const answer = new Promise<string>((resolve, reject) => {
    const trickle = setInterval(() => {
      if (more.trickle !== undefined && socket.writable) socket.write(more.trickle);
    }, 200);
    socket
      .on('connect', () => socket.write(bytes))
      .on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('\r\n\r\n{') && text.endsWith('}')) resolve(text);
      })
      .on('error', reject)
      .on('close', () => {
        clearInterval(trickle);
        resolve(text);
      });
  });
  return { answer, socket };
}
const head = (path: string, more = '', method = 'POST'): string =>
  `${method} /api/v1${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000\r\nidempotency-key: ${newId()}\r\n${more}\r\n{"name": `;
const codeOf = (answer: string): unknown => (JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { code: string }).code;

describe('bodies', () => {
  it('of strangers are refused on every route before any of them has come', async () => {
    const acts = medium.app.get(RouteTable).acts(medium.platform.actions);
    const taking = acts.filter(({ method, body, streams }) => method !== 'GET' && (body !== undefined || streams === 'up'));
    expect(taking.length).toBeGreaterThan(80);
    for (const [n, { method, path }] of taking.entries()) {
      const { answer, socket } = stalled(head(path.replace(/:\w+/g, newId()), '', method), { localAddress: `127.1.0.${String(n + 1)}` });
      expect([method, path, method === 'HEAD' ? 'http.not-signed-in' : codeOf(await answer)]).toEqual([method, path, 'http.not-signed-in']);
      socket.destroy();
    }
    for (const [path, code] of [
      ['/nothing/at/all', 'http.no-such-route'],
      ['/people/self', 'http.method-not-allowed'],
    ] as const) {
      const { answer, socket } = stalled(head(path), { localAddress: '127.1.1.1' });
      expect([path, codeOf(await answer)]).toEqual([path, code]);
      socket.destroy();
    }
    const { answer, socket } = stalled(head('/organisations', 'authorization: Bearer a.b.c\r\n'), { localAddress: '127.1.1.2' });
    expect(codeOf(await answer)).toBe('http.not-signed-in');
    socket.destroy();
  }, 120_000);

  it('of strangers hold only so many connections of an address, and those for a moment; another address and whoever signed in are served', async () => {
    const held = [1, 2, 3].map(() => stalled(head('/organisations')));
    for (const { answer } of held) expect(codeOf(await answer)).toBe('http.not-signed-in');
    const closed = held.map(({ socket }) => new Promise((resolve) => socket.once('close', resolve)));
    const { answer, socket } = stalled(head('/organisations'));
    expect(codeOf(await answer)).toBe('http.too-many-requests');
    await new Promise((resolve) => (socket.destroyed ? resolve(undefined) : socket.once('close', resolve)));
    expect(codeOf(await stalled(head('/organisations'), { localAddress: '127.0.0.2' }).answer)).toBe('http.not-signed-in');
    const signedIn = await fetch(`${url}/api/v1/organisations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await medium.operator.token()}`, 'idempotency-key': newId(), 'content-type': 'application/json' },
      body: '{}',
    });
    expect([signedIn.status, ((await signedIn.json()) as { code: string }).code]).toEqual([400, 'http.invalid-input']);
    await Promise.all(closed);
    expect(codeOf(await stalled(head('/organisations')).answer)).toBe('http.not-signed-in');
  });

  it.each([
    ['stops on its way', {}],
    ['comes a byte at a time', { trickle: ' ' }],
  ])('that %s is refused in its time, whoever sends it', async (_, more) => {
    const token = await medium.operator.token();
    const { answer } = stalled(head('/organisations', `authorization: Bearer ${token}\r\n`), more);
    const text = await answer;
    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(text).toContain('application/problem+json');
    expect(codeOf(text)).toBe('http.too-slow');
  });

  it('that nobody reads, since the answer needs none, hold no connection for long and end no process', async () => {
    const token = await medium.operator.token();
    const stranger = await medium.issuer.token(`nobody-${newId()}`);
    const requests = fc.record({
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
      path: fc.constantFrom('/people/self', '/organisations', '/board', `/seats/${newId()}`, '/uploads', '/nothing'),
      type: fc.constantFrom('application/json', 'text/xml', 'application/offset+octet-stream', 'multipart/form-data; boundary=x', '*', ''),
      length: fc.constantFrom('content-length: 10', 'content-length: 1048577', 'content-length: 99999999999', 'transfer-encoding: chunked'),
      sent: fc.constantFrom('', '{', '5\r\nabc'),
      bearer: fc.constantFrom(token, stranger, 'none.at.all'),
    });
    type Asked = typeof requests extends fc.Arbitrary<infer T> ? T : never;
    const one = async ({ method, path, type, length, sent, bearer }: Asked): Promise<void> => {
      const { socket } = stalled(
        `${method} /api/v1${path} HTTP/1.1\r\nhost: a\r\n${type === '' ? '' : `content-type: ${type}\r\n`}${length}\r\n` +
          `authorization: Bearer ${bearer}\r\nidempotency-key: ${newId()}\r\n\r\n${sent}`,
        { localAddress: `127.2.${String(Math.floor(Math.random() * 250))}.${String(Math.floor(Math.random() * 250) + 1)}` },
      );
      await new Promise((resolve) => socket.once('close', resolve));
    };
    // At once, since each holds its connection for as long as a body may stall.
    await Promise.all(fc.sample(requests, 120).map(one));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  }, 120_000);

  it('of files go on for as long as their sender is let in, slow or not', async () => {
    const steward = await medium.person(await medium.organisation('provider'), ['provider']);
    const uploads = await UploadClient.of(medium, steward);
    const location = (await uploads.begin(10)).headers.get('location') ?? '';
    const slow = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.from('01234'));
        await new Promise((resolve) => setTimeout(resolve, limits.bodySeconds * 1000 + 500));
        controller.enqueue(Buffer.from('56789'));
        controller.close();
      },
    });
    expect((await uploads.write(location, 0, slow)).status).toBe(204);
    expect(await uploads.offset(location)).toBe(10);
  });
});
