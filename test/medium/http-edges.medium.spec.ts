import { identityContext } from '#identity';
import { newId } from '#kernel';
import { httpConfig } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMedium, type Medium } from '../support/medium.js';

let medium: Medium;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext] });
});
afterAll(() => medium.close());

const secret = '330106199003071234';
const organisation = { kind: 'unit', name: '单位', creditCode: '91330106MA2K12345D' };

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
    ['a method that the route has not', 404, 'http.no-such-route', { method: 'DELETE' }],
    ['a cursor of no page', 400, 'http.invalid-input', { method: 'GET', path: `/api/v1/organisations?cursor=${secret}` }],
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

describe('the address of a caller', () => {
  it('is never what the caller says it is: proxies are counted or named, not all believed', () => {
    expect(httpConfig.safeParse({ trustProxy: true }).success).toBe(false);
    for (const trustProxy of [false, 1, ['10.0.0.0/8']]) expect(httpConfig.safeParse({ trustProxy }).success).toBe(true);
  });
});
