import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportsContext } from '#exports';
import { newId, sha256 } from '#kernel';
import { limitsConfig } from '#platform/config';
import { keysConfig } from '#platform/keys';
import { objectsConfig } from '#platform/objects';
import { terminationsContext } from '#terminations';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startOpenBao, startVersitygw, type ObjectStore, type OpenBao } from '../../deploy/embedded/servers/index.js';
import { deliveredContexts } from '../support/delivered.js';
import { FaultProxy, type Fault } from '../support/fault-proxy.js';
import { openMedium, type Medium } from '../support/medium.js';
import { inDays, ok, openOperating, type Operating } from '../support/operating.js';

/*
 * Every store away at a moment of a destruction: before its inventory, and from the nth request that the destruction, its control
 * attempts or its verification make, for n over all of them.
 */
let dir: string;
let s3: ObjectStore;
let bao: OpenBao;
let stores: Readonly<Record<'objects' | 'keys', FaultProxy>>;
let medium: Medium;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'outages-'));
  s3 = await startVersitygw({ dir });
  bao = await startOpenBao({ dir });
  stores = { objects: await FaultProxy.before(s3.endpoint), keys: await FaultProxy.before(bao.address) };
  await writeFile(join(dir, 'access'), s3.accessKey);
  await writeFile(join(dir, 'secret'), s3.secretKey);
  const files = { accessKeyFile: join(dir, 'access'), secretKeyFile: join(dir, 'secret') };
  const objects = {
    kind: 's3',
    endpoint: stores.objects.url,
    region: s3.region,
    bucket: 'outages',
    attempts: 2,
    ...files,
  };
  const keys = { kind: 'transit', address: stores.keys.url, tokenFile: bao.tokenFile, attempts: 2 };
  medium = await openMedium({
    contexts: [...deliveredContexts, exportsContext, terminationsContext],
    worker: true,
    config: (whole) => ({
      ...whole,
      objects: objectsConfig.parse(objects),
      keys: keysConfig.parse(keys),
      limits: limitsConfig.parse({ keys: { requestMs: 1_000 }, objects: { requestMs: 1_000, silentMs: 900 } }),
      terminations: { destroyWithinDays: 30, retrySeconds: 1, unreachable: [] },
    }),
  });
}, 900_000);
afterAll(async () => {
  await medium.close();
  for (const proxy of Object.values(stores)) await proxy.close();
  await bao.stop();
  await s3.stop();
  await rm(dir, { recursive: true, force: true });
}, 120_000);

interface Notice {
  readonly left: readonly { readonly what: string; readonly code: string; readonly why: string }[];
  readonly retryAt: string;
}
const decision = { reference: '浙数协〔2026〕5号', fileDigest: sha256('decision'), decidedOn: inDays(-1) };

class Case {
  private constructor(
    readonly id: string,
    readonly unit: Operating,
  ) {}
  /** @param exit an export request that is still in review, so that the case waits for a decision before its inventory. */
  static async open(exit?: string): Promise<Case> {
    const unit = await openOperating(medium);
    if (exit !== undefined)
      await medium.sql(`BEGIN; SET LOCAL session_replication_role = replica;
        INSERT INTO exports.export_requests (id, version, created_at, unit_id, authority_id, authorisation_id, scenario_id, requester_id, purpose,
          recipient, state, run_id, files, lineage, slots, round)
        VALUES ('${exit}', 1, now(), '${unit.unitId}', '${unit.authorityId}', '${unit.authorisationId}', '${unit.scenarioId}',
          '${unit.manager.personId}', '评估', '银行', 'in-review', '${newId()}', '[]', '{}', '[]', 1); COMMIT`);
    const sealedBy = `scenario/${unit.scenarioId}`;
    await medium.platform.keys.create(sealedBy);
    await medium.platform.objects.put(`scenarios/${unit.scenarioId}/copies/kept/data`, Buffer.from('kept'), { sealedBy });
    const body = { authorisationId: unit.authorisationId, ground: 'policy-change', decision };
    return new Case(ok(await unit.authority.post('/terminations', body)).id, unit);
  }
  state = async (): Promise<string> => ok<{ state: string }>(await this.unit.authority.get(`/terminations/${this.id}`)).state;
  reaches = (state: string): Promise<string | undefined | false> =>
    medium.until(async () => (await this.state()) === state && state, `the case to be ${state}`, 180);
  notice = (about: (notice: Notice) => boolean): Promise<Notice> =>
    medium.until(
      async () => {
        const { status, body } = await this.unit.authority.get<{ document: Notice }>(`/terminations/${this.id}/notice`);
        return status === 200 && about(body.document) && body.document;
      },
      'the pending notice',
      180,
    );
  certificate = async (): Promise<number> => (await this.unit.authority.get(`/terminations/${this.id}/certificate`)).status;
  async decide(ref: string): Promise<void> {
    const items = [{ kind: 'export-request', ref, decision: 'destroy' }];
    ok(await this.unit.authority.post(`/terminations/${this.id}/exits`, { items }));
  }
  async destroy(): Promise<void> {
    ok(await medium.security.post(`/terminations/${this.id}/confirmations`, {}));
    ok(await medium.security.post(`/terminations/${this.id}/destructions`, {}));
  }
}

/** Words of a notice that tell which store was away. */
const named = {
  objects: /objects\.(unreachable|forbidden|misconfigured)|TypeError|Error/,
  keys: /keys\.(unreachable|forbidden|sealed)|Error/,
};
const aboutTheStore = (store: keyof typeof named) => (notice: Notice) => notice.left.some(({ why }) => named[store].test(why));

describe.each(['objects', 'keys'] as const)('with the store of %s', (store) => {
  const proxy = (): FaultProxy => stores[store];
  let requests = 0;

  it('there, a destruction ends in a certificate; it makes so many requests', async () => {
    const one = await Case.open();
    await one.reaches('inventoried');
    requests = -proxy().requests;
    await one.destroy();
    await one.reaches('certified');
    requests += proxy().requests;
    expect(requests).toBeGreaterThan(5);
  }, 400_000);

  it.each<Fault>(['refused', 'garbage'])(
    'away before the inventory (%s): a notice names it, and no certificate [DEST-03]',
    async (fault) => {
      const request = newId();
      const one = await Case.open(request);
      await one.reaches('access-closed');
      proxy().fail(fault);
      try {
        await one.decide(request);
        const notice = await one.notice(aboutTheStore(store));
        expect(notice.left.map(({ code }) => code)).toContain('inventory-incomplete');
        expect(await one.state()).toBe('exits-decided');
        expect(await one.certificate()).toBe(404);
      } finally {
        proxy().heal();
      }
      await one.reaches('inventoried');
      await one.destroy();
      await one.reaches('certified');
    },
    600_000,
  );

  const moments: readonly (readonly [Fault, number])[] = [
    ['refused', 0],
    ['failing', 0.3],
    ['garbage', 0.6],
    ['bad-gateway', 0.85],
    ['forbidden', 0.95],
  ];
  it.each(moments)(
    'away (%s) from %d of its requests on: a notice names it, no certificate; back again, a certificate [DEST-02] [DEST-03]',
    async (fault, at) => {
      const one = await Case.open();
      await one.reaches('inventoried');
      proxy().failFrom(Math.floor(at * requests), fault);
      try {
        await one.destroy();
        const notice = await one.notice(aboutTheStore(store));
        expect(notice.left.length).toBeGreaterThan(0);
        expect(await one.certificate()).toBe(404);
      } finally {
        proxy().heal();
      }
      await one.reaches('certified');
    },
    600_000,
  );
});
