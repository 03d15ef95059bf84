import { newId } from '#kernel';
import { httpConfig } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { openMedium, type Medium } from '../support/medium.js';

let medium: Medium;
beforeAll(async () => {
  medium = await openMedium();
  await medium.app.listen(0, '127.0.0.1');
});
afterAll(() => medium.close());

const secret = '330106199003071234';
const organisation = { kind: 'unit', name: '单位', creditCode: '91330106MA2K12345D' };

/** All that the server answers on a connection of its own. */
const rawAnswer = (port: number, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const done = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .on('error', reject)
      .on('close', done)
      .on('data', (chunk: Buffer) => {
        answer += chunk.toString();
        if (answer.endsWith('}')) done();
      });
  });

interface Sent {
  readonly payload?: string;
  readonly headers?: Record<string, string>;
  readonly path?: string;
  readonly method?: 'GET' | 'POST' | 'DELETE';
}
async function answerTo({ payload, headers, path = '/api/v1/organisations', method = 'POST' }: Sent) {
  const authorization = `Bearer ${await medium.operator.token()}`;
  const own = { authorization, 'idempotency-key': newId(), ...(payload === undefined ? {} : { 'content-type': 'application/json' }) };
  return medium.app.inject({ method, url: path, headers: { ...own, ...headers }, ...(payload === undefined ? {} : { payload }) });
}

describe('what is no proper request', () => {
  it.each<[string, number, string, Sent]>([
    ['broken JSON', 400, 'http.malformed', { payload: `{"name": "${secret}` }],
    ['another content type', 400, 'http.malformed', { payload: secret, headers: { 'content-type': 'application/xml' } }],
    ['a prototype', 400, 'http.malformed', { payload: `{"__proto__": {"${secret}": 1}}` }],
    ['more than the limit', 413, 'http.too-large', { payload: JSON.stringify({ name: secret.repeat(100_000) }) }],
    ['an unknown route', 404, 'http.no-such-route', { payload: '{}', path: `/api/v1/nothing/${secret}` }],
    ['a path outside the API', 404, 'http.no-such-route', { payload: '{}', path: `/${secret}` }],
    ['a method that the path has not', 405, 'http.method-not-allowed', { method: 'DELETE' }],
    ['a method that the path has not, with a body', 405, 'http.method-not-allowed', { method: 'DELETE', payload: `{"name": "${secret}"}` }],
    ['a cursor of no page', 400, 'http.invalid-input', { method: 'GET', path: `/api/v1/organisations?cursor=${secret}` }],
    ['a path that is no text', 400, 'http.malformed', { method: 'GET', path: `/api/v1/organisations/${secret}%zz` }],
    ['a path of bytes that are no UTF-8', 400, 'http.malformed', { method: 'GET', path: `/api/v1/people/${secret}%ff` }],
    ['a path of half a character', 400, 'http.malformed', { method: 'GET', path: `/api/v1/people/${secret}%ED%A0%80` }],
    ['a path cut short', 400, 'http.malformed', { method: 'GET', path: `/api/v1/people/${secret}%` }],
    ['a parameter without end', 400, 'http.malformed', { method: 'GET', path: `/api/v1/people/${secret.repeat(20)}` }],
    ['a value of no kind', 400, 'http.invalid-input', { payload: JSON.stringify({ ...organisation, kind: secret, creditCode: secret }) }],
    ['a NUL', 400, 'http.invalid-input', { payload: JSON.stringify({ ...organisation, name: `${secret}\0` }) }],
    ['half a character', 400, 'http.invalid-input', { payload: JSON.stringify({ ...organisation, name: `${secret}\ud800` }) }],
    ['an entity tag of others', 400, 'http.invalid-input', { payload: JSON.stringify(organisation), headers: { 'if-match': secret } }],
    [
      'a key with blanks',
      400,
      'http.idempotency-key-required',
      { payload: JSON.stringify(organisation), headers: { 'idempotency-key': 'a b' } },
    ],
  ])('(%s) is refused as problem+json, without a word of what it held [AUD-08]', async (_, status, code, sent) => {
    const answer = await answerTo(sent);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'application/problem+json; charset=utf-8']);
    expect(answer.json()).toMatchObject({ status, code, rule: { en: expect.any(String), 'zh-CN': expect.any(String) } });
    expect(answer.body).not.toContain(secret);
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'content-security-policy': expect.any(String) });
  });
});

describe('a path that is asked by another method', () => {
  it('says which it takes, to whom it need not know', async () => {
    for (const [method, path, allow] of [
      ['DELETE', '/api/v1/organisations', 'GET, HEAD, POST'],
      ['OPTIONS', `/api/v1/people/${newId()}`, 'GET, HEAD'],
      ['PUT', `/api/v1/uploads/${newId()}`, 'DELETE, HEAD, PATCH'],
      ['PATCH', `/api/v1/seats/${newId()}/revocations`, 'GET, HEAD, POST'],
      ['POST', '/api/v1/openapi.json', 'GET, HEAD'],
      ['DELETE', '/healthz', 'GET, HEAD'],
    ] as const) {
      const answer = await medium.app.inject({ method, url: path });
      expect([path, answer.statusCode, answer.headers['allow']]).toEqual([path, 405, allow]);
      expect(answer.json()).toMatchObject({ code: 'http.method-not-allowed', details: { method } });
    }
  });

  it('is read by HEAD wherever it is by GET', async () => {
    const headers = { authorization: `Bearer ${await medium.operator.token()}` };
    const answer = await medium.app.inject({ method: 'HEAD', url: '/api/v1/organisations', headers });
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
  });
});

describe('a connection that stays open', () => {
  it('keeps nothing of the refused requests that it carried', async () => {
    const { port, origin } = new URL(await medium.app.getUrl());
    const sockets: Socket[] = [];
    const note = (socket: Socket): void => void sockets.push(socket);
    medium.app.getHttpServer().on('connection', note);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const listening: number[] = [];
    for (let asked = 0; asked < 12; asked += 1) {
      await new Promise<void>((resolve, reject) => {
        request(`${origin}/api/v1/organisations`, { agent, method: 'POST', headers: { 'content-type': 'application/json' } }, (answer) => {
          answer.resume().once('end', resolve);
        })
          .once('error', reject)
          .end('{}');
      });
      listening.push(sockets[0]?.listenerCount('close') ?? -1);
    }
    agent.destroy();
    medium.app.getHttpServer().off('connection', note);
    expect([port === '', sockets.length]).toEqual([false, 1]);
    expect(listening.at(-1)).toBe(listening[1]);
  });
});

describe('what no HTTP client of sound mind sends', () => {
  const head = 'authorization: Bearer a.b.c\r\n';
  it.each<[string, number, string, string]>([
    ['no Host', 400, 'http.malformed', `GET /api/v1/people/${secret} HTTP/1.1\r\n${head}\r\n`],
    ['an expectation of its own', 417, 'http.expectation-failed', `GET /api/v1/people HTTP/1.1\r\nhost: a\r\nexpect: ${secret}\r\n\r\n`],
    ['a path that is no text', 400, 'http.malformed', `GET /${secret}%zz HTTP/1.1\r\nhost: a\r\n\r\n`],
    [
      'two lengths',
      400,
      'http.malformed',
      `POST /api/v1/people HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n${secret}`,
    ],
    ['headers without end', 431, 'http.headers-too-large', `GET /api/v1/people HTTP/1.1\r\nhost: a\r\nx: ${secret.repeat(5_000)}\r\n\r\n`],
    ['a method of its own', 400, 'http.malformed', `STEAL /${secret} HTTP/1.1\r\nhost: a\r\n\r\n`],
  ])('(%s) is refused as problem+json, without a word of what it held [AUD-08]', async (_, status, code, bytes) => {
    const answer = await rawAnswer(Number(new URL(await medium.app.getUrl()).port), bytes);
    const [top = '', body = ''] = answer.split('\r\n\r\n');
    expect(top).toMatch(new RegExp(`^HTTP/1.1 ${String(status)} `));
    expect(top.toLowerCase()).toContain('content-type: application/problem+json');
    expect(body).toContain(`"code":"${code}"`);
    expect(answer).not.toContain(secret);
  });
});

describe('the description of the API', () => {
  it('resolves every reference within itself', async () => {
    const description: unknown = (await medium.app.inject({ url: '/api/v1/openapi.json' })).json();
    const refs: string[] = [];
    JSON.stringify(description, (name, value: unknown) => {
      if (name === '$ref') refs.push(String(value));
      return value;
    });
    const found = (ref: string): unknown =>
      ref
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], description);
    expect(new Set(refs).size).toBeGreaterThan(3);
    expect([...new Set(refs)].filter((ref) => !ref.startsWith('#/') || found(ref) === undefined)).toEqual([]);
    expect(JSON.stringify(description)).not.toContain('$defs');
  });
});

describe('the address of a caller', () => {
  it('is never what the caller says it is: proxies are counted or named, not all believed', () => {
    expect(httpConfig.safeParse({ trustProxy: true }).success).toBe(false);
    for (const trustProxy of [false, 1, ['10.0.0.0/8']]) expect(httpConfig.safeParse({ trustProxy }).success).toBe(true);
  });
});
