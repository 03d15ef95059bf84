import { authorisationsContext } from '#authorisations';
import { datasetsContext } from '#datasets';
import { identityContext } from '#identity';
import { newId } from '#kernel';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMedium, type Caller, type Medium } from '../support/medium.js';
import { UploadClient } from '../support/uploads.js';

let medium: Medium;
let uploads: UploadClient;
let steward: Caller;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext, authorisationsContext, datasetsContext] });
  steward = await medium.person(await medium.organisation('provider'), ['provider']);
  uploads = await UploadClient.of(medium, steward);
}, 300_000);
afterAll(() => medium.close());

const begun = async (length: number): Promise<string> => (await uploads.begin(length)).headers.get('location') ?? '';
const refusal = async (answer: Response): Promise<unknown[]> => [
  answer.status,
  answer.headers.get('content-type')?.split(';')[0],
  ((await answer.json()) as { code: string }).code,
];

describe('an upload', () => {
  it('is taken in part by part, says how far it is, and is given up (tus 1.0)', async () => {
    const location = await begun(10);
    const first = await uploads.write(location, 0, Buffer.from('01234'));
    expect([first.status, first.headers.get('upload-offset')]).toEqual([204, '5']);
    expect(await uploads.offset(location)).toBe(5);
    expect((await uploads.write(location, 5, Buffer.from('56789'))).status).toBe(204);
    expect((await uploads.abandon(location)).status).toBe(204);
    expect(await refusal(await uploads.write(location, 10, Buffer.from('x')))).toEqual([
      404,
      'application/problem+json',
      'upload.not-found',
    ]);
  });

  it('says what is stored of it, part by part, to its owner alone, and forgets that with the bytes', async () => {
    const location = await begun(10);
    await uploads.write(location, 0, Buffer.from('01234'));
    await uploads.write(location, 5, Buffer.from('567'));
    const path = `${location.slice(location.indexOf('/uploads'))}/parts`;
    const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
    expect((await steward.get(path)).body).toMatchObject({
      ...{ length: 10, offset: 8 },
      parts: [
        { bytes: 5, sha256: sha256('01234') },
        { bytes: 3, sha256: sha256('567') },
      ],
    });
    const colleague = await medium.person(steward.organisationId, ['provider']);
    expect(await colleague.get(path)).toMatchObject({ status: 404, body: { code: 'upload.not-found' } });
    await uploads.abandon(location);
    expect(
      await medium.sql('SELECT 1 FROM datasets.upload_parts WHERE upload_id = $1 AND sha256 IS NOT NULL', [location.split('/').at(-1)]),
    ).toEqual([]);
  });

  it('is refused as problem+json, and the refusal is journalled', async () => {
    const location = await begun(10);
    expect(await refusal(await uploads.write(location, 7, Buffer.from('789')))).toEqual([
      409,
      'application/problem+json',
      'upload.moved-on',
    ]);
    expect(await refusal(await uploads.write(`/api/v1/uploads/${newId()}`, 0, Buffer.from('0')))).toEqual([
      404,
      'application/problem+json',
      'upload.not-found',
    ]);
    const refused = await medium.sql<{ action: string }>(`SELECT action FROM platform.journal WHERE outcome = 'refused' ORDER BY id`);
    expect(refused.slice(-2).map(({ action }) => action)).toEqual(['upload.written', 'upload.written']);
  });
});
