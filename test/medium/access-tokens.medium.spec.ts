import { Refusal } from '#kernel';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { oidcConfig } from '../../libs/platform/http/oidc.config.js';
import { IssuerKeys } from '../../libs/platform/http/issuer-keys.js';
import { verifierFor } from '../../libs/platform/http/oidc.js';

const at = '2026-03-02T04:00:00.000Z';
const now = Date.parse(at) / 1000;
const tolerance = 5;
const longest = 3600;

interface Pair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}
type Answer = (path: string) => { status?: number; body?: string; headers?: Record<string, string>; silent?: boolean };

const pairs: Record<string, Pair> = {};
let server: Server;
let issuer = '';
let keys: JWK[] = [];
let answer: Answer;
let asked: string[] = [];

const discovery = (more: object = {}): string => JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks`, ...more });
const asItShould: Answer = (path) => ({ body: path === '/jwks' ? JSON.stringify({ keys }) : discovery() });
const published = async (kid: string, alg: string, name = kid, more: object = {}): Promise<JWK> => ({
  ...(await exportJWK((pairs[name] as Pair).publicKey)),
  kid,
  alg,
  use: 'sig',
  ...more,
});

beforeAll(async () => {
  const algorithms = { ES256: 'ES256', EdDSA: 'EdDSA', RS256: 'RS256', PS256: 'PS256', foreign: 'ES256', next: 'ES256' };
  for (const [name, alg] of Object.entries(algorithms)) pairs[name] = await generateKeyPair(alg, { extractable: true });
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const { status = 200, body = '', headers = {}, silent } = answer(request.url ?? '');
    if (silent !== true) response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(async () => {
  answer = asItShould;
  asked = [];
  keys = await Promise.all(['ES256', 'EdDSA', 'RS256', 'PS256'].map((alg) => published(alg, alg)));
});

const settings = (more: object = {}) => oidcConfig.parse({ issuer, audience: 'opdomain-api', ...more });
const limits = { requestMs: 500 };
const verifying = (more: object = {}) => verifierFor(settings(more), new IssuerKeys(settings(more), undefined, limits));
/** Claims of a token; one that is undefined is left out. */
type Claims = Record<string, unknown>;
const whole = (): Claims => ({ iss: issuer, aud: 'opdomain-api', sub: 'li', jti: 'token-1', iat: now, exp: now + 600 });
const given = <T>(members: Claims): T => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
const signed = (claims: Claims, header: Claims = {}, by = 'ES256') =>
  new SignJWT(given<JWTPayload>(claims))
    .setProtectedHeader(given<JWTHeaderParameters>({ alg: 'ES256', typ: 'at+jwt', kid: 'ES256', ...header }))
    .sign((pairs[by] as Pair).privateKey, { crit: { 'urn:x': true } });
/** What the verifier says: `in`, or its refusal's code, with the reason where there is one. */
async function said(token: string, verifier = verifying()): Promise<string> {
  try {
    await verifier.verify(token, at);
    return 'in';
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    const { reason, fault: what } = fault.details;
    const more = reason ?? what;
    return typeof more === 'string' ? `${fault.code} ${more}` : fault.code;
  }
}

/** What is right and wrong about each part of a token, as a reader of RFC 9068 and of the settings would list it; `null` is right. */
const types: Record<string, { typ: string | undefined; wrong: string | null }> = {
  'at+jwt': { typ: 'at+jwt', wrong: null },
  'application/at+jwt': { typ: 'application/at+jwt', wrong: null },
  'AT+JWT': { typ: 'AT+JWT', wrong: null },
  JWT: { typ: 'JWT', wrong: 'identity.token-type' },
  none: { typ: undefined, wrong: 'identity.token-type' },
  'logout+jwt': { typ: 'logout+jwt', wrong: 'identity.token-type' },
};
const signatures: Record<string, { make: (claims: Claims, typ: string | undefined) => Promise<string>; wrong: string | null }> = {
  ...Object.fromEntries(
    ['ES256', 'EdDSA', 'RS256', 'PS256'].map((alg) => [
      alg,
      { make: (claims: Claims, typ: string | undefined) => signed(claims, { alg, kid: alg, typ }, alg), wrong: null },
    ]),
  ),
  'a foreign key under our key’s name': {
    make: (claims, typ) => signed(claims, { typ }, 'foreign'),
    wrong: 'http.not-signed-in signature',
  },
  'our public key as a shared secret': {
    make: async (claims, typ) =>
      new SignJWT(given<JWTPayload>(claims))
        .setProtectedHeader(given<JWTHeaderParameters>({ alg: 'HS256', kid: 'RS256', typ }))
        .sign(new TextEncoder().encode(await exportSPKI((pairs['RS256'] as Pair).publicKey))),
    wrong: 'http.not-signed-in algorithm',
  },
  'no signature': {
    make: (claims) => Promise.resolve(new UnsecuredJWT(given<JWTPayload>(claims)).encode()),
    wrong: 'http.not-signed-in algorithm',
  },
};
const issued: Record<string, { iat: number | undefined; wrong: string | null }> = {
  now: { iat: now, wrong: null },
  'at the tolerance': { iat: now + tolerance, wrong: null },
  'beyond the tolerance': { iat: now + tolerance + 1, wrong: 'identity.token-from-the-future' },
  'five minutes ahead': { iat: now + 300, wrong: 'identity.token-from-the-future' },
  never: { iat: undefined, wrong: 'http.not-signed-in claims' },
};
const expiries: Record<string, { exp: (iat: number) => number | undefined; wrong: string | null }> = {
  'in time': { exp: (iat) => iat + 600, wrong: null },
  'after the longest life': { exp: (iat) => iat + longest, wrong: null },
  'after more than that': { exp: (iat) => iat + longest + 1, wrong: 'identity.token-too-long-lived' },
  'just within the tolerance': { exp: () => now - tolerance + 1, wrong: null },
  'at its end': { exp: () => now - tolerance, wrong: 'http.not-signed-in expired' },
  never: { exp: () => undefined, wrong: 'http.not-signed-in claims' },
};
const audiences: Record<string, { aud: unknown; wrong: string | null }> = {
  ours: { aud: 'opdomain-api', wrong: null },
  'ours among others': { aud: ['account', 'opdomain-api'], wrong: null },
  another: { aud: 'account', wrong: 'http.not-signed-in audience' },
  'only others': { aud: ['account', 'opdomain-api-2'], wrong: 'http.not-signed-in audience' },
  none: { aud: undefined, wrong: 'http.not-signed-in audience' },
};

describe('an access token', () => {
  it('signs in if every part of it is right, and is refused for a part that is wrong, in every combination [ACC-01]', async () => {
    const verifier = verifying();
    const differing: string[] = [];
    let tried = 0;
    for (const [type, { typ, wrong: wrongType }] of Object.entries(types))
      for (const [signature, { make, wrong: wrongSignature }] of Object.entries(signatures))
        for (const [when, { iat, wrong: wrongIssue }] of Object.entries(issued))
          for (const [until, { exp, wrong: wrongExpiry }] of Object.entries(expiries))
            for (const [forWhom, { aud, wrong: wrongAudience }] of Object.entries(audiences)) {
              const claims = { ...whole(), iat, exp: exp(iat ?? now), aud };
              const answered = await said(await make(claims, typ), verifier);
              const wrongs = [wrongType, wrongSignature, wrongIssue, wrongExpiry, wrongAudience].filter((wrong) => wrong !== null);
              tried += 1;
              if (wrongs.length === 0 ? answered !== 'in' : !wrongs.includes(answered))
                differing.push(`${[type, signature, when, until, forWhom].join(' · ')}: ${answered}, not ${wrongs.join(' or ') || 'in'}`);
            }
    expect(tried).toBe(6 * 7 * 5 * 6 * 5);
    expect(differing).toEqual([]);
  });

  it.each<[string, string, () => Promise<string>]>([
    ['an ID token in an access token’s dress', 'identity.token-type', () => signed({ ...whole(), nonce: 'n' })],
    ['a token with the hash of another', 'identity.token-type', () => signed({ ...whole(), at_hash: 'h' })],
    ['another issuer’s word', 'http.not-signed-in issuer', () => signed({ ...whole(), iss: `${issuer}/` })],
    ['nobody’s token', 'http.not-signed-in claims', () => signed({ ...whole(), sub: undefined })],
    ['a token without an id', 'http.not-signed-in claims', () => signed({ ...whole(), jti: undefined })],
    ['a token for later', 'http.not-signed-in not-yet-valid', () => signed({ ...whole(), nbf: now + 60 })],
    ['a key that nobody published', 'http.not-signed-in unknown-key', () => signed(whole(), { kid: 'made-up' })],
    ['no token at all', 'http.not-signed-in malformed', () => Promise.resolve('a.b.c')],
  ])('is not %s (%s)', async (_what, code, make) => {
    expect(await said(await make())).toBe(code);
  });

  it('with an extension that must be understood is refused, also with the one that says nothing new', async () => {
    expect(await said(await signed({ ...whole(), 'urn:x': 1 }, { crit: ['urn:x'], 'urn:x': 1 }))).toMatch(/^http\.not-signed-in /);
    expect(await said(await signed(whole(), { crit: ['b64'], b64: true }))).toBe('http.not-signed-in critical-header');
  });

  it('without a key’s name is verified by the one key that fits, and refused where several do', async () => {
    expect(await said(await signed(whole(), { kid: undefined }))).toBe('in');
    keys.push(await published('next', 'ES256'));
    expect(await said(await signed(whole(), { kid: undefined }))).toBe('http.not-signed-in unknown-key');
  });

  it('needs no id where the issuer is known to set none, and is then named by its own digest', async () => {
    const token = await signed({ ...whole(), jti: undefined });
    const { tokenId } = await verifying({ requireTokenId: false }).verify(token, at);
    expect(tokenId).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('counts only from the clients that are named, where any are', async () => {
    const verifier = verifying({ clients: ['opdomain-cli'] });
    expect(await said(await signed({ ...whole(), client_id: 'opdomain-cli' }), verifier)).toBe('in');
    expect(await said(await signed({ ...whole(), azp: 'opdomain-cli' }), verifier)).toBe('in');
    expect(await said(await signed({ ...whole(), azp: 'another' }), verifier)).toBe('http.not-signed-in client');
    expect(await said(await signed(whole()), verifier)).toBe('http.not-signed-in client');
  });

  it('of an issuer that marks it by a claim is told from all its other tokens', async () => {
    const verifier = verifying({ tokenType: 'bearer-claim' });
    for (const typ of [undefined, 'JWT', 'at+jwt', 'logout+jwt'])
      for (const mark of ['Bearer', 'ID', 'Refresh', 'Logout', undefined]) {
        const right = mark === 'Bearer' && typ !== 'logout+jwt';
        const answered = await said(await signed({ ...whole(), typ: mark }, { typ }), verifier);
        expect([typ, mark, answered]).toEqual([typ, mark, right ? 'in' : 'identity.token-type']);
      }
  });
});

describe('an issuer that does not answer as it should', () => {
  const atKeys =
    (what: ReturnType<Answer>): Answer =>
    (path) =>
      path === '/jwks' ? what : asItShould(path);
  const cases: readonly (readonly [string, string, () => Answer])[] = [
    ['502 for its keys', 'status 502', () => atKeys({ status: 502, body: '{}' })],
    ['a page for its keys', 'not JSON', () => atKeys({ body: '<html>Bad gateway</html>' })],
    ['something else for its keys', 'not a key set', () => atKeys({ body: '{"keys": 1}' })],
    ['no key', 'no signing key', () => atKeys({ body: '{"keys": []}' })],
    ['only keys for encryption', 'no signing key', () => atKeys({ body: JSON.stringify({ keys: [{ ...keys[0], use: 'enc' }] }) })],
    ['a redirect', 'status 302', () => atKeys({ status: 302, headers: { location: `${issuer}/elsewhere` } })],
    ['nothing in time', 'timed out', () => atKeys({ silent: true })],
    ['without end', 'no answer', () => atKeys({ body: JSON.stringify({ keys, more: 'x'.repeat(600_000) }) })],
    ['a broken key', 'unusable key', () => atKeys({ body: JSON.stringify({ keys: [{ ...keys[0], x: 'AA' }] }) })],
    ['502 for its description', 'status 502', () => () => ({ status: 502 })],
    ['a page for its description', 'not JSON', () => () => ({ body: '<html></html>' })],
    ['another issuer’s description', 'describes another issuer', () => () => ({ body: discovery({ issuer: 'https://other.example' }) })],
    ['keys that come in clear from afar', 'keys in clear', () => () => ({ body: discovery({ jwks_uri: 'http://issuer.example/jwks' }) })],
  ];

  it.each(cases)('(%s) leaves it unknown who is signed in: 503, %s [ACC-01]', async (_what, fault, bad) => {
    answer = bad();
    const verifier = verifying();
    const token = await signed(whole());
    expect(await said(token, verifier)).toBe(`identity.issuer-unreachable ${fault}`);
    answer = asItShould;
    expect(await said(token, verifier)).toBe(fault === 'unusable key' ? `identity.issuer-unreachable ${fault}` : 'in');
  });

  it('never makes an unknown key out of an unanswered question: 503 while the keys cannot be read again', async () => {
    const verifier = verifying();
    expect(await said(await signed(whole()), verifier)).toBe('in');
    answer = atKeys({ status: 502 });
    expect(await said(await signed(whole(), { kid: 'next' }, 'next'), verifier)).toBe('identity.issuer-unreachable status 502');
    expect(await said(await signed(whole()), verifier)).toBe('in');
  });

  it('is asked by nobody beyond loopback in clear', () => {
    for (const change of [
      { issuer: 'http://issuer.example' },
      { issuer: 'http://127.0.0.1.example' },
      { jwksUri: 'http://issuer.example/jwks' },
    ])
      expect(oidcConfig.safeParse({ issuer: 'https://issuer.example', audience: 'a', ...change }).success).toBe(false);
  });
});

describe('keys that change', () => {
  it('are read again for a token by a new one; old ones count until they are withdrawn', async () => {
    let elapsed = 0;
    const config = settings();
    const verifier = verifierFor(config, new IssuerKeys(config, () => elapsed, limits));
    const [old, fresh] = [await signed(whole()), await signed(whole(), { kid: 'next' }, 'next')];
    expect(await said(old, verifier)).toBe('in');
    keys = [...keys, await published('next', 'ES256')];
    elapsed += 2_000;
    expect([await said(fresh, verifier), await said(old, verifier)]).toEqual(['in', 'in']);
    keys = keys.filter(({ kid }) => kid === 'next');
    elapsed += 301_000;
    expect([await said(old, verifier), await said(fresh, verifier)]).toEqual(['http.not-signed-in unknown-key', 'in']);
  });

  it('are read once a second at most, however many made-up keys are brought, and each of those is answered after a reading', async () => {
    const verifier = verifying();
    await said(await signed(whole()), verifier);
    const made = await Promise.all(Array.from({ length: 50 }, (_, n) => signed(whole(), { kid: `made-up-${String(n)}` })));
    const before = asked.length;
    keys = [...keys, await published('next', 'ES256')];
    const all = await Promise.all([
      ...made.map((token) => said(token, verifier)),
      said(await signed(whole(), { kid: 'next' }, 'next'), verifier),
    ]);
    expect(new Set(all.slice(0, -1))).toEqual(new Set(['http.not-signed-in unknown-key']));
    expect(all.at(-1)).toBe('in');
    expect(asked.slice(before).filter((path) => path === '/jwks').length).toBeLessThanOrEqual(2);
  });

  it('are used for an hour while the issuer is away, and no longer', async () => {
    let elapsed = 0;
    const config = settings();
    const verifier = verifierFor(config, new IssuerKeys(config, () => elapsed, limits));
    const token = await signed(whole());
    expect(await said(token, verifier)).toBe('in');
    answer = () => ({ status: 503 });
    elapsed += 1_800_000;
    expect(await said(token, verifier)).toBe('in');
    elapsed += 1_801_000;
    expect(await said(token, verifier)).toBe('identity.issuer-unreachable status 503');
  });
});
