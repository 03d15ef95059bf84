import { newId } from '#kernel';
import { Canaries } from '#platform/http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { listen } from '../../apps/api/app.js';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

const perMinute = 200;
let medium: Medium;
let url = '';
let loud: Caller;
let quiet: Caller;
beforeAll(async () => {
  medium = await openMedium({ config: (whole) => Object.assign(whole, { http: { ...whole.http, requestsPerMinute: perMinute } }) });
  // As a registered replica, which its own probes ask.
  url = await listen(medium.app, medium.platform);
  const unit = await medium.organisation('unit');
  [loud, quiet] = [await medium.person(unit, ['unit-manager']), await medium.person(unit, ['unit-manager'])];
}, 240_000);
afterAll(() => medium.close());

const ask = async (path: string, authorization?: string, method = 'GET'): Promise<number> => {
  const headers = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(method === 'GET' ? {} : { 'idempotency-key': newId() }),
  };
  const answer = await fetch(`${url}${path}`, { method, headers });
  await answer.body?.cancel();
  return answer.status;
};
const bearer = async (who: Caller): Promise<string> => `Bearer ${await who.token()}`;

describe('the share of requests', () => {
  it('of strangers is their address’s: however they ask, nobody who signed in, no probe and no question of health has less for it', async () => {
    const credentials = fc.oneof(
      fc.constant(undefined),
      fc.constantFrom('Bearer a.b.c', 'Basic eA==', 'Bearer', 'Bearer canary.e30.AAAA'),
      fc.base64String({ minLength: 4, maxLength: 60 }).map((text) => `Bearer ${text}`),
    );
    const paths = fc.constantFrom('/api/v1/people/self', '/api/v1/seats', '/api/v1/canary', '/api/v1/openapi.json');
    const answers: number[] = [];
    for (const [path, credential] of fc.sample(fc.tuple(paths, credentials), perMinute + 50)) answers.push(await ask(path, credential));
    expect(answers.slice(-10)).toEqual(Array<number>(10).fill(429));
    expect(await ask('/healthz')).toBe(200);
    expect(await ask('/readyz')).not.toBe(429);
    expect(await ask('/api/v1/people/self', await bearer(quiet))).toBe(200);
    expect(await ask(`/api/v1/people/${newId()}/revocations`, await bearer(medium.security), 'POST')).toBe(400);
    const answer = await medium.app.get(Canaries).askFresh({ kind: 'unit', id: newId() }, '');
    expect(answer).toMatchObject({ verdict: 'accepted' });
  }, 120_000);

  it('of a person is their own, whatever address they come from', async () => {
    const token = await bearer(loud);
    const answers: number[] = [];
    for (let n = 0; n < perMinute + 10; n += 1) answers.push(await ask('/api/v1/people/self', token));
    expect(answers.at(-1)).toBe(429);
    expect(await ask('/api/v1/people/self', await bearer(quiet))).toBe(200);
  }, 120_000);
});
