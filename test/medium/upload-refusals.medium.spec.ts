import { newId } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openWorld } from '../support/datasets-world.js';
import type { Caller, Medium } from '../support/medium.js';
import { UploadClient } from '../support/uploads.js';

let world: Awaited<ReturnType<typeof openWorld>>;
let medium: Medium;
let origin = '';
let steward: Caller;
let colleague: Caller;
let developer: Caller;
/** Uploads of the steward's: one half written, one given up, one that a delivery uses. */
const paths = { open: '', gone: '', used: '', none: `/api/v1/uploads/${newId()}` };

beforeAll(async () => {
  world = await openWorld(false);
  ({ medium } = world);
  steward = world.cast.steward;
  colleague = await medium.person(steward.organisationId, ['provider']);
  developer = await medium.person(await medium.organisation('unit'), ['unit-developer']);
  const client = await UploadClient.of(medium, steward);
  origin = (await medium.app.getUrl()).replace('[::1]', '127.0.0.1');
  const begin = async (): Promise<string> => (await client.begin(100)).headers.get('location') ?? '';
  [paths.open, paths.gone, paths.used] = [await begin(), await begin(), await begin()];
  await client.write(paths.open, 0, Buffer.alloc(10));
  await client.abandon(paths.gone);
  await client.write(paths.used, 0, Buffer.alloc(100));
  await medium.sql(`ALTER TABLE datasets.uploads DISABLE TRIGGER USER`);
  await medium.sql('UPDATE datasets.uploads SET claimed_by = $2 WHERE id = $1', [paths.used.split('/').pop(), newId()]);
  await medium.sql(`ALTER TABLE datasets.uploads ENABLE TRIGGER USER`);
});
afterAll(() => medium.close());

type Path = keyof typeof paths | 'collection';
interface Sent {
  readonly by?: 'steward' | 'colleague' | 'developer';
  readonly method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE';
  readonly at?: Path;
  readonly headers?: Record<string, string>;
  /** Headers that are left out. */
  readonly without?: readonly string[];
  readonly bytes?: number;
}
const streamed = 'application/offset+octet-stream';
const usual = (method: Sent['method']): Record<string, string> => ({
  'tus-resumable': '1.0.0',
  ...(method === 'POST' ? { 'upload-length': '100', 'idempotency-key': newId() } : {}),
  ...(method === 'PATCH' ? { 'content-type': streamed, 'upload-offset': '10' } : {}),
});

async function send({ by = 'steward', method, at = 'collection', headers = {}, without = [], bytes }: Sent) {
  const person = { steward, colleague, developer }[by];
  const sent = Object.entries({ ...usual(method), ...headers }).filter(([name]) => !without.includes(name));
  return fetch(`${origin}${at === 'collection' ? '/api/v1/uploads' : paths[at]}`, {
    method,
    headers: { authorization: `Bearer ${await person.token()}`, ...Object.fromEntries(sent) },
    ...(bytes === undefined ? {} : { body: Buffer.alloc(bytes) }),
  });
}

describe('a refused upload', () => {
  it.each<[string, number, string, Sent]>([
    ['begun without a role', 403, 'http.role-missing', { method: 'POST', by: 'developer' }],
    ['begun without a key', 400, 'http.idempotency-key-required', { method: 'POST', without: ['idempotency-key'] }],
    ['begun without the protocol', 412, 'upload.wrong-version', { method: 'POST', without: ['tus-resumable'] }],
    ['begun without a length', 400, 'upload.malformed', { method: 'POST', without: ['upload-length'] }],
    [
      'begun with no length yet',
      400,
      'upload.malformed',
      { method: 'POST', without: ['upload-length'], headers: { 'upload-defer-length': '1' } },
    ],
    ['begun empty', 400, 'upload.no-length', { method: 'POST', headers: { 'upload-length': '0' } }],
    ['begun with half a number', 400, 'upload.malformed', { method: 'POST', headers: { 'upload-length': '1x' } }],
    ['begun too large', 413, 'upload.too-large', { method: 'POST', headers: { 'upload-length': String(10 ** 15) } }],
    ['asked for by a colleague', 404, 'upload.not-found', { method: 'HEAD', at: 'open', by: 'colleague' }],
    ['asked for without a role', 403, 'http.role-missing', { method: 'HEAD', at: 'open', by: 'developer' }],
    ['asked for that is not there', 404, 'upload.not-found', { method: 'HEAD', at: 'none' }],
    ['asked for after it was given up', 404, 'upload.not-found', { method: 'HEAD', at: 'gone' }],
    ['asked for without the protocol', 412, 'upload.wrong-version', { method: 'HEAD', at: 'open', without: ['tus-resumable'] }],
    ['written by a colleague', 404, 'upload.not-found', { method: 'PATCH', at: 'open', by: 'colleague', bytes: 5 }],
    ['written without a role', 403, 'http.role-missing', { method: 'PATCH', at: 'open', by: 'developer', bytes: 5 }],
    ['written that is not there', 404, 'upload.not-found', { method: 'PATCH', at: 'none', bytes: 5 }],
    ['written after it was given up', 404, 'upload.not-found', { method: 'PATCH', at: 'gone', bytes: 5 }],
    [
      'written after a delivery took it',
      404,
      'upload.not-found',
      { method: 'PATCH', at: 'used', headers: { 'upload-offset': '100' }, bytes: 0 },
    ],
    ['written at another offset', 409, 'upload.moved-on', { method: 'PATCH', at: 'open', headers: { 'upload-offset': '11' }, bytes: 5 }],
    ['written without an offset', 400, 'upload.malformed', { method: 'PATCH', at: 'open', without: ['upload-offset'], bytes: 5 }],
    ['written past its end', 413, 'upload.too-large', { method: 'PATCH', at: 'open', bytes: 91 }],
    ['written without the protocol', 412, 'upload.wrong-version', { method: 'PATCH', at: 'open', without: ['tus-resumable'], bytes: 5 }],
    ['given up by a colleague', 404, 'upload.not-found', { method: 'DELETE', at: 'open', by: 'colleague' }],
    ['given up without a role', 403, 'http.role-missing', { method: 'DELETE', at: 'open', by: 'developer' }],
    ['given up that is not there', 404, 'upload.not-found', { method: 'DELETE', at: 'none' }],
    ['given up twice', 404, 'upload.not-found', { method: 'DELETE', at: 'gone' }],
    ['given up after a delivery took it', 409, 'upload.used', { method: 'DELETE', at: 'used' }],
    ['given up without the protocol', 412, 'upload.wrong-version', { method: 'DELETE', at: 'open', without: ['tus-resumable'] }],
  ])('(%s) is on record once, with the person and the reason, and answered as problem+json [AUD-01]', async (_what, status, code, sent) => {
    const person = { steward, colleague, developer }[sent.by ?? 'steward'];
    const recorded = (): Promise<{ reasons: string[] }[]> =>
      medium
        .sql<{ canonical: string }>(`SELECT canonical FROM platform.journal WHERE outcome = 'refused' AND person_id = $1 ORDER BY id`, [
          person.personId,
        ])
        .then((rows) => rows.map(({ canonical }) => JSON.parse(canonical) as { reasons: string[] }));
    const before = (await recorded()).length;
    const answer = await send(sent);
    const body = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json; charset=utf-8']);
    if (sent.method !== 'HEAD')
      expect(JSON.parse(body)).toMatchObject({ status, code, rule: { en: expect.any(String), 'zh-CN': expect.any(String) } });
    const versions = [answer.headers.get('tus-resumable'), answer.headers.get('tus-version')];
    if (code.startsWith('upload.')) expect(versions).toEqual(['1.0.0', '1.0.0']);
    const fresh = (await recorded()).slice(before);
    expect(fresh).toMatchObject([{ reasons: [code], actor: { person: person.personId } }]);
  });
});
