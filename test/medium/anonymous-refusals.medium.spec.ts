import { identityContext } from '#identity';
import { AnonymousRefusals } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connect } from 'node:net';
import { composeApi } from '../../apps/api/app.js';
import { openMedium, type Medium } from '../support/medium.js';

let medium: Medium;
let url = '';
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext] });
  await medium.app.listen(0, '127.0.0.1');
  url = await medium.app.getUrl();
});
afterAll(() => medium.close());

interface Entry {
  action: string;
  code: string;
  count: number;
  first: string;
  last: string;
  sources: string;
}
/** Every entry of a stranger's refusal, oldest first. */
const entries = async (): Promise<Entry[]> =>
  (
    await medium.sql<{ canonical: string }>(
      `SELECT canonical FROM platform.journal WHERE outcome = 'refused' AND person_id IS NULL ORDER BY id`,
    )
  ).map(({ canonical }) => {
    const entry = JSON.parse(canonical) as { action: string; reasons: string[]; details: Omit<Entry, 'action' | 'code'> };
    return { action: entry.action, code: entry.reasons[0] ?? '', ...entry.details };
  });
const sum = (of: readonly Entry[]): number => of.reduce((total, { count }) => total + count, 0);

/** What is not HTTP at all, on a connection of its own; resolves when the server has closed it. */
const garbage = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write('NOT HTTP\r\n\r\n'));
    socket
      .on('error', reject)
      .on('close', () => resolve())
      .resume();
  });
const status =
  (path: string, init: RequestInit = {}) =>
  async (): Promise<void> => {
    const answer = await fetch(`${url}${path}`, init);
    await answer.arrayBuffer();
    expect(answer.status).toBeGreaterThanOrEqual(400);
  };
const json = { 'content-type': 'application/json' };
const kinds = {
  'no token': status('/api/v1/organisations'),
  'no token, another route': status('/api/v1/people/self'),
  'no token of ours': status('/api/v1/organisations', { headers: { authorization: 'Bearer abc.def.ghi' } }),
  'no bearer': status('/api/v1/people', { headers: { authorization: 'Basic YTpi' } }),
  'no such route': status('/api/v1/nothing/at/all'),
  'no such route, each its own': () => status(`/api/v1/${Math.random().toString(36).slice(2)}`)(),
  'broken JSON': status('/api/v1/organisations', { method: 'POST', headers: json, body: '{"name": "' }),
  'too large': status('/api/v1/organisations', { method: 'POST', headers: json, body: JSON.stringify('x'.repeat(1_100_000)) }),
  'no HTTP': garbage,
} as const;
const names = Object.keys(kinds) as (keyof typeof kinds)[];

describe('refusals of callers whom nobody knows', () => {
  it('leave a bounded number of entries whose counts add up to every refused request, in any burst [AUD-01]', async () => {
    const refusals = medium.app.get(AnonymousRefusals);
    await refusals.flush();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 80 }), async (burst) => {
        const before = await entries();
        const began = new Date().toISOString();
        await Promise.all(burst.map((name) => kinds[name]()));
        await refusals.flush();
        const fresh = (await entries()).slice(before.length);
        expect(sum(fresh)).toBe(burst.length);
        expect(fresh.length).toBeLessThanOrEqual(names.length);
        expect(new Set(fresh.map(({ action, code, sources }) => `${action} ${code} ${sources}`)).size).toBe(fresh.length);
        for (const { first, last, sources } of fresh) {
          expect(sources).toBe('loopback');
          expect(began <= first && first <= last && last <= new Date().toISOString()).toBe(true);
        }
      }),
      { numRuns: 8 },
    );
  });

  it('say the route and the code, and nothing of the request itself [AUD-08]', async () => {
    const before = (await entries()).length;
    await kinds['no token']();
    await status('/api/v1/zhang-san/330106199003071234')();
    await medium.app.get(AnonymousRefusals).flush();
    const fresh = (await entries()).slice(before);
    expect(fresh.map(({ action, code, count }) => ({ action, code, count }))).toEqual([
      { action: 'organisation.listed', code: 'http.not-signed-in', count: 1 },
      { action: 'request.refused', code: 'http.no-such-route', count: 1 },
    ]);
    expect(await medium.sql(`SELECT 1 FROM platform.journal WHERE canonical LIKE '%330106199003071234%'`)).toEqual([]);
  });

  it('are not lost when the process drains', async () => {
    const app = await composeApi(medium.platform);
    const before = (await entries()).length;
    for (let asked = 0; asked < 7; asked += 1) await app.inject({ url: '/api/v1/nothing' });
    expect(await entries()).toHaveLength(before);
    await app.close();
    expect((await entries()).slice(before)).toMatchObject([{ action: 'request.refused', code: 'http.no-such-route', count: 7 }]);
  });

  it('wait while the journal cannot be written, and a person’s act is then refused altogether [AUD-06]', async () => {
    const before = (await entries()).length;
    await medium.sql('ALTER TABLE platform.journal ADD CONSTRAINT closed CHECK (false) NOT VALID');
    try {
      await kinds['no such route']();
      await medium.app.get(AnonymousRefusals).flush();
      await kinds['no such route']();
      expect(await medium.operator.post('/organisations', { kind: 'nothing' })).toMatchObject({
        status: 503,
        body: { code: 'audit.unavailable' },
      });
    } finally {
      await medium.sql('ALTER TABLE platform.journal DROP CONSTRAINT closed');
    }
    await medium.app.get(AnonymousRefusals).flush();
    expect((await entries()).slice(before)).toMatchObject([{ code: 'http.no-such-route', count: 2 }]);
  });

  it('of a person are an entry each', async () => {
    const of = async (): Promise<number> =>
      (await medium.sql(`SELECT 1 FROM platform.journal WHERE outcome = 'refused' AND person_id = $1`, [medium.operator.personId])).length;
    const before = await of();
    for (let asked = 0; asked < 3; asked += 1) expect((await medium.operator.post('/organisations', {})).status).toBe(400);
    expect(await of()).toBe(before + 3);
  });
});
