import { identityContext } from '#identity';
import { newId } from '#kernel';
import { Forgetting } from '#platform/queue';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMedium, type Medium } from '../support/medium.js';

let medium: Medium;
beforeAll(async () => {
  medium = await openMedium({ contexts: [identityContext] });
});
afterAll(() => medium.close());

const name = '欧阳某某';
const person = () => ({
  ...{ name, issuer: medium.issuer.url, subject: `named-${newId()}` },
  organisationId: medium.operator.organisationId,
});
const rows = (): Promise<Record<string, unknown>[]> => medium.sql('SELECT * FROM platform.idempotency');

describe('remembered answers', () => {
  it('answer a repeat exactly as the first, another request with the key is refused, and the rows name nobody', async () => {
    const key = { 'idempotency-key': `zhang-san-${newId()}` };
    const body = person();
    const first = await medium.operator.post('/people', body, key);
    expect(first.status).toBe(201);
    expect(JSON.stringify(first.body)).toContain(name);
    const repeat = await medium.operator.post('/people', body, key);
    expect({ status: repeat.status, body: repeat.body }).toEqual({ status: first.status, body: first.body });
    expect(await medium.operator.post('/people', { ...body, name: '另一人' }, key)).toMatchObject({
      status: 422,
      body: { code: 'http.idempotency-key-reused' },
    });
    const kept = JSON.stringify(await rows());
    for (const word of [name, body.subject, 'zhang-san', String(first.body['id'])]) expect(kept).not.toContain(word);
  });

  it('are sealed for their own row: one moved to another is not answered with', async () => {
    const keys = [newId(), newId()];
    const bodies = [person(), person()];
    for (const [at, key] of keys.entries()) await medium.operator.post('/people', bodies[at], { 'idempotency-key': key });
    await medium.sql(`UPDATE platform.idempotency SET sealed = (SELECT sealed FROM platform.idempotency ORDER BY created_at DESC LIMIT 1)`);
    expect((await medium.operator.post('/people', bodies[0], { 'idempotency-key': keys[0] ?? '' })).status).toBe(500);
  });

  it('go by age, a bounded number at a time, by the worker', async () => {
    const { dataSource, config, log } = await medium.platformOf('worker');
    const forgetting = new Forgetting(dataSource, config.retention, [], log);
    await medium.sql('DELETE FROM platform.idempotency');
    await medium.sql(`INSERT INTO platform.idempotency (key_digest, owner, action, created_at)
      SELECT n::text, 'somebody', 'test', now() - interval '49 hours' FROM generate_series(1, 1200) n`);
    await medium.sql(
      `INSERT INTO platform.idempotency (key_digest, owner, action, created_at) VALUES ('young', 'somebody', 'test', now() - interval '47 hours')`,
    );
    const left = [];
    for (let more = true; more;) {
      more = await forgetting.turn();
      left.push((await rows()).length);
    }
    expect(left).toEqual([701, 201, 1]);
    expect(await rows()).toMatchObject([{ key_digest: 'young' }]);
  });
});
