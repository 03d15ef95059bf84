import { newId } from '#kernel';
import { RouteTable } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ActSpec } from '../../libs/platform/http/act.js';
import { hostile, hostileTexts, hostileValues } from '../support/hostile.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { openOperating, type Operating } from '../support/operating.js';

let medium: Medium;
let at: Operating;
let callers: Readonly<Record<string, Caller>>;
let acts: readonly ActSpec[];
let ids: readonly string[];
beforeAll(async () => {
  medium = await openMedium();
  at = await openOperating(medium);
  const provider = await medium.person(await medium.organisation('provider'), ['provider']);
  const { operator, security, auditor } = medium;
  callers = {
    'platform-operator': operator,
    'security-admin': security,
    'audit-admin': auditor,
    authority: at.authority,
    'unit-manager': at.manager,
    'unit-developer': at.developer,
    provider,
  };
  acts = medium.app.get(RouteTable).acts(medium.platform.actions);
  ids = [at.authorisationId, at.scenarioId, at.unitId, at.authorityId];
}, 240_000);
afterAll(() => medium.close());

const callerOf = ({ roles }: ActSpec): Caller =>
  (Array.isArray(roles) ? (roles as readonly string[]).map((role) => callers[role]).find((caller) => caller !== undefined) : undefined) ??
  at.authority;

interface Sent {
  readonly spec: ActSpec;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}
/** A percent-encoded part of a URL, of any text. */
const encoded = (value: unknown): string => {
  const text = typeof value === 'string' ? value.slice(0, 200) : JSON.stringify(value).slice(0, 200);
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80';
};
const upHeaders = fc.record({
  'tus-resumable': fc.constantFrom('1.0.0', '9'),
  'upload-length': fc.constantFrom('1', '-1', '0', '9'.repeat(30), 'x'),
  'upload-offset': fc.constantFrom('0', '-1', '9'.repeat(30)),
  'upload-metadata': fc.constantFrom(
    ...hostileTexts.map(
      (text) => `filename ${Buffer.from(text.slice(0, 200)).toString('base64')},datasetId ${Buffer.from(newId()).toString('base64')}`,
    ),
    ' ,, ,',
  ),
});

/** A request of a route: its input as its schema describes it, with one thing in it that should not be there. */
const requestOf = (spec: ActSpec): fc.Arbitrary<Sent> =>
  fc
    .record({
      ids: fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids, newId()) }, fc.constantFrom(...hostileValues)), {
        minLength: 3,
        maxLength: 3,
      }),
      query: spec.query === undefined ? fc.constant({}) : hostile(spec.query, ids),
      body: spec.body === undefined ? fc.constant(undefined) : hostile(spec.body, ids),
      headers: spec.streams === 'up' ? upHeaders : fc.constant({}),
    })
    .map(({ ids: [...named], query, body, headers }) => {
      const path = spec.path.replace(/:\w+|\*/g, () => encoded(named.pop() || 'x'));
      const asked = typeof query === 'object' && query !== null ? Object.entries(query) : [];
      const search = asked.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
      return { spec, path: search === '' ? path : `${path}?${search}`, body, headers };
    });

async function answerTo({ spec, path, body, headers }: Sent) {
  return medium.app.inject({
    method: spec.method,
    url: `/api/v1${path}`,
    headers: {
      authorization: `Bearer ${await callerOf(spec).token()}`,
      ...(spec.method === 'POST' ? { 'idempotency-key': newId() } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
}
/** Dependencies that this ring has not: a cluster, a witness outside. */
const away = new Set(['kube.unreachable', 'kube.api-unreachable', 'audit.unavailable']);

describe('every route, asked with what nobody should send', () => {
  it('answers what it refuses as problem+json of the catalogue, and never fails', async () => {
    const faults: string[] = [];
    const deadline = Date.now() + 60_000;
    let asked = 0;
    for (let round = 0; Date.now() < deadline && round < 6; round += 1)
      for (const spec of acts.filter(({ roles, path }) => roles !== 'canary' && !path.endsWith('/events'))) {
        const [sent] = fc.sample(requestOf(spec), 1);
        if (sent === undefined || Date.now() > deadline) break;
        asked += 1;
        const answer = await answerTo(sent);
        if (answer.statusCode < 400) continue;
        const isProblem = answer.headers['content-type'] === 'application/problem+json; charset=utf-8';
        const { code } = isProblem ? answer.json<{ code: string }>() : { code: 'no problem' };
        if (!isProblem || (answer.statusCode >= 500 && !away.has(code)))
          faults.push(
            `${String(answer.statusCode)} ${code} ${spec.method} ${sent.path.slice(0, 300)} ${JSON.stringify([sent.body]).slice(0, 600)}`,
          );
      }
    process.stdout.write(`${String(asked)} requests of ${String(acts.length)} routes\n`);
    expect(faults).toEqual([]);
    expect(asked).toBeGreaterThan(acts.length);
  }, 120_000);

  it.each([
    ['arrays', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['objects', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
  ])('refuses %s nested without end where the schema takes anything', async (_, deep) => {
    for (const spec of acts.filter(({ method, body }) => method === 'POST' && body !== undefined).slice(0, 20)) {
      const answer = await medium.app.inject({
        method: 'POST',
        url: `/api/v1${spec.path.replace(/:\w+/g, newId())}`,
        headers: {
          authorization: `Bearer ${await callerOf(spec).token()}`,
          'idempotency-key': newId(),
          'content-type': 'application/json',
        },
        payload: `{"details":${deep}}`,
      });
      expect([spec.path, answer.statusCode]).toEqual([spec.path, 400]);
    }
  });

  it('takes days and moments of the years 1900 to 2200 alone', async () => {
    const records = `/people/${at.developer.personId}/records`;
    const record = {
      kind: 'training',
      evidenceDigest: `sha256:${'0'.repeat(64)}`,
      details: { certificate: 'ZJ-1', organiser: '浙江省数据局' },
    };
    for (const [documentedFrom, status] of [
      ['0000-01-01', 400],
      ['1899-12-31', 400],
      ['1900-01-01', 201],
      ['2201-01-01', 400],
    ] as const)
      expect([documentedFrom, (await at.authority.post(records, { ...record, documentedFrom })).status]).toEqual([documentedFrom, status]);
    expect(await medium.auditor.get('/network-log-events?from=0000-01-01T00:00:00Z')).toMatchObject({ status: 400 });
  });

  it('takes no range that ends before it begins', async () => {
    const person = `/people/${at.developer.personId}`;
    const [later, earlier] = ['2200-01-02', '2200-01-01'];
    const [after, before] = [`${later}T00:00:00.000Z`, `${earlier}T00:00:00.000Z`];
    const record = {
      kind: 'training',
      evidenceDigest: `sha256:${'0'.repeat(64)}`,
      details: { certificate: 'ZJ-1', organiser: '浙江省数据局' },
    };
    const price = { item: 'seat-day', unit: '席位·日', priceFen: '1', legalBasis: '浙价〔2026〕1号' };
    for (const [answer, member] of [
      [await medium.operator.post(`${person}/affiliations`, { organisationId: at.unitId, from: after, until: before }), 'body.until'],
      [
        await medium.security.post(`${person}/role-grants`, {
          ...{ role: 'unit-developer', scope: { kind: 'unit', organisationId: at.unitId }, from: after, until: before },
        }),
        'body.until',
      ],
      [await at.authority.post(`${person}/records`, { ...record, validFrom: later, validUntil: earlier }), 'body.validUntil'],
      [await at.authority.post('/price-lists', { ...price, validFrom: later, validUntil: earlier }), 'body.validUntil'],
      [await medium.auditor.post('/audit-cases', { from: after, until: before }), 'body.until'],
      [await medium.auditor.get(`/audit-entries?from=${after}&until=${before}`), 'query.until'],
      [await medium.auditor.get(`/network-log-events?from=${after}&until=${before}`), 'query.until'],
    ] as const)
      expect(answer).toMatchObject({ status: 400, body: { code: 'http.invalid-input', details: { problems: [{ path: member }] } } });
  });

  it('does not know whoever’s token holds what no name can', async () => {
    for (const subject of ['chief\0', 'a\ud800'])
      expect(
        (
          await medium.app.inject({
            url: '/api/v1/people/self',
            headers: { authorization: `Bearer ${await medium.issuer.token(subject)}` },
          })
        ).json(),
      ).toMatchObject({ status: 401, code: 'http.not-signed-in', details: { reason: 'claims' } });
  });
});
