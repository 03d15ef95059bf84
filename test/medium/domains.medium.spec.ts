import { authorisationsContext } from '#authorisations';
import { domainsContext } from '#domains';
import { identityContext } from '#identity';
import { newId } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMedium, type Caller, type Medium } from '../support/medium.js';

let medium: Medium;
let authority: Caller;
let manager: Caller;
let authorityId = '';
let unitId = '';

/** An authorisation in a state, without the long way to it (that is its own context's test). */
async function authorised(state = 'in-force'): Promise<string> {
  const id = newId();
  await medium.sql(`DO $$ BEGIN SET LOCAL session_replication_role = replica;
    INSERT INTO authorisations.authorisations (id, version, created_at, unit_id, authority_id, profile_id, state, field, rights, term, files, revision, applicant_id)
    VALUES ('${id}', 1, now(), '${unitId}', '${authorityId}', 'zhejiang', '${state}', '普惠金融', '["processing-use"]',
      '{"from": "2026-01-01", "until": "2028-12-31"}', '[]', 0, '${newId()}'); END $$`);
  return id;
}
/** News of another context, as its outbox would hold it. */
const publish = (type: string, authorisationId: string): Promise<unknown> =>
  medium.sql('INSERT INTO platform.outbox (id, type, key, payload) VALUES ($1, $2, $3, $4)', [
    newId(),
    type,
    authorisationId,
    JSON.stringify({ authorisationId, unitId, ...(/suspended|resumed/.test(type) ? { suspensionId: newId() } : {}) }),
  ]);
const domainOf = async (authorisationId: string): Promise<{ id: string; state: string } | undefined> =>
  (await medium.operator.get<{ items: { id: string; state: string }[] }>(`/operation-domains?authorisationId=${authorisationId}`)).body
    .items[0];
const inState = (authorisationId: string, state: string): Promise<{ id: string }> =>
  medium.until(async () => {
    const domain = await domainOf(authorisationId);
    return domain?.state === state && domain;
  }, state);

beforeAll(async () => {
  medium = await openMedium({
    contexts: [identityContext, authorisationsContext, domainsContext],
    worker: true,
    config: (config) => ({ ...config, domains: { ...(config as { domains?: object }).domains, answerWithinSeconds: 1 } }) as typeof config,
  });
  authorityId = await medium.organisation('authority', { region: '331100' });
  unitId = await medium.organisation('unit');
  authority = await medium.person(authorityId, ['authority']);
  manager = await medium.person(unitId, ['unit-manager']);
});
afterAll(() => medium.close());

describe('an operation domain in the database', () => {
  it('is requested by the authorisation coming into force, once, and never before', async () => {
    const draft = await authorised('draft');
    expect((await authority.post('/operation-domains', { authorisationId: draft })).body).toMatchObject({
      code: 'domain.authorisation-not-in-force',
      details: { state: 'draft' },
    });
    const authorisationId = await authorised();
    await publish('authorisation.in-force.v1', authorisationId);
    await publish('authorisation.in-force.v1', authorisationId);
    const { id } = await inState(authorisationId, 'requested');
    expect((await authority.post<{ id: string }>('/operation-domains', { authorisationId })).body.id).toBe(id);
  });

  it('follows what its authorisation is when news of it comes, not the news: sealed while it is suspended, opened again only while it is in force [SUSP-01]', async () => {
    const authorisationId = await authorised();
    await authority.post('/operation-domains', { authorisationId });
    const standing = (state: string): Promise<unknown> =>
      medium.sql(
        `BEGIN; SET LOCAL session_replication_role = replica; UPDATE authorisations.authorisations SET state = '${state}' WHERE id = '${authorisationId}'; COMMIT`,
      );
    const heard = (name: string, times: number): Promise<unknown> =>
      medium.until(
        async () => {
          const done = await medium.sql(`SELECT 1 FROM platform.work WHERE name = $1 AND key = $2 AND state = 'done'`, [
            name,
            authorisationId,
          ]);
          return done.length === times;
        },
        `${name}, ${String(times)} times`,
      );

    await publish('authorisation.suspended.v1', authorisationId);
    await heard('domains.on-suspended', 1);
    expect((await domainOf(authorisationId))?.state).toBe('requested');

    await standing('suspended');
    await publish('authorisation.suspended.v1', authorisationId);
    const { id } = await inState(authorisationId, 'sealed');
    expect(await medium.sql(`SELECT 1 FROM platform.epochs WHERE kind = 'domain' AND id = $1 AND epoch > 0`, [id])).toHaveLength(1);
    await publish('authorisation.resumed.v1', authorisationId);
    await heard('domains.on-resumed', 1);
    expect((await domainOf(authorisationId))?.state).toBe('sealed');

    await standing('in-force');
    await publish('authorisation.resumed.v1', authorisationId);
    await inState(authorisationId, 'requested');
  });

  it('says that the operator is silent instead of guessing what the cluster holds', async () => {
    const authorisationId = await authorised();
    const { id } = (await authority.post<{ id: string }>('/operation-domains', { authorisationId })).body;
    expect((await medium.operator.get(`/operation-domains/${id}/plan`)).body).toMatchObject({
      code: 'domain.operator-silent',
      status: 503,
    });
    expect((await authority.post(`/operation-domains/${id}/probes`)).status).toBe(202);
    expect((await authority.get(`/operation-domains/${id}/probes`)).body).toEqual({ items: [], next: null });
  });

  it('never gives a namespace’s name twice, also not to another domain', async () => {
    const rows = await medium.sql<{ namespace: string }>('SELECT namespace FROM domains.zones');
    expect(new Set(rows.map((row) => row.namespace)).size).toBe(rows.length);
    const [first] = rows;
    await expect(
      medium.sql(`DO $$ BEGIN SET LOCAL session_replication_role = replica; INSERT INTO domains.zones (id, domain_id, zone, namespace, created_at)
        SELECT gen_random_uuid(), domain_id, zone, '${first?.namespace ?? ''}', now() FROM domains.zones LIMIT 1; END $$`),
    ).rejects.toThrow(/zones_namespace_key/);
  });

  it('refuses an image that is not pinned by its digest, and lets only the platform operator enter one [SEAT-05]', async () => {
    const image = { title: '工作台', purpose: 'workspace', zones: ['dev'] };
    expect((await medium.operator.post('/catalogue-images', { ...image, image: 'registry.example/workbench:latest' })).body).toMatchObject({
      code: 'domain.image-not-pinned',
    });
    expect((await manager.post('/catalogue-images', { ...image, image: `x@sha256:${'a'.repeat(64)}` })).body).toMatchObject({
      code: 'http.role-missing',
    });
    const entered = await medium.operator.post<{ id: string }>('/catalogue-images', {
      ...image,
      image: `registry.example/workbench@sha256:${'b'.repeat(64)}`,
    });
    expect(entered.status).toBe(201);
    const withdrawn = await medium.security.post<{ withdrawnAt: string | null }>(`/catalogue-images/${entered.body.id}/withdrawals`);
    expect(withdrawn.body.withdrawnAt).not.toBeNull();
  });
});
