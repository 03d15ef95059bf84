import { applications, type Application } from '#kernel';
import { createMasterKeyFile } from '#platform/keys';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { opdomainConfig, type OpdomainConfig } from '../../apps/composition/config.js';
import { contexts } from '../../apps/composition/contexts.js';
import { openPlatform, type Platform } from '../../apps/composition/platform.js';
import { secretsOf } from '../../apps/composition/ports.js';
import { Health, serveHealth } from '../../apps/composition/health.js';
import { composeApi } from '../../apps/api/app.js';
import { startOperator } from '../../apps/operator/app.js';
import { startWorker } from '../../apps/worker/app.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { openIssuer, type Issuer } from '../support/issuer.js';

let dir = '';
let database: TestDatabase;
let issuer: Issuer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-processes-'));
  await chmod(dir, 0o711);
  database = await openDatabase(dir, contexts);
  issuer = await openIssuer();
  await createMasterKeyFile(join(dir, 'master.key'));
  const nowhere = { server: 'https://127.0.0.1:1' };
  const kubeconfig = {
    ...{ apiVersion: 'v1', kind: 'Config', clusters: [{ name: 'none', cluster: nowhere }], users: [{ name: 'none', user: {} }] },
    ...{ contexts: [{ name: 'none', context: { cluster: 'none', user: 'none' } }], 'current-context': 'none' },
  };
  await writeFile(join(dir, 'kubeconfig'), JSON.stringify(kubeconfig));
});
afterAll(async () => {
  await issuer.close();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

/**
 * The configuration of a process that was given its own secrets. Each other secret is a folder: whoever opens it as a file fails. The
 * object store of all but its users is one that a folder cannot be made for.
 */
async function configFor(application: Application): Promise<OpdomainConfig> {
  const trap = join(dir, `trap-${application}`);
  await mkdir(trap, { recursive: true });
  const own = new Set(secretsOf(application).map(({ path }) => path));
  const given = (path: string, file: string): string => (own.has(path) ? file : trap);
  const blocked = join(trap, 'file');
  await writeFile(blocked, '');
  return opdomainConfig.parse({
    database: { urlFile: database.urlFiles[application], ownerUrlFile: trap },
    queue: { kind: 'postgres', urlFile: given('queue.urlFile', database.urlFiles.worker) },
    keys: { kind: 'file', path: join(dir, 'keys', 'keys.json'), masterKeyFile: given('keys.masterKeyFile', join(dir, 'master.key')) },
    objects: { kind: 'folder', path: application === 'operator' ? join(blocked, 'objects') : join(dir, 'objects') },
    cluster: { kubeconfig: given('cluster.kubeconfig', join(dir, 'kubeconfig')), attempts: 1 },
    engine: { scratchRoot: join('/dev/shm', `opdomain-processes-${String(process.pid)}`) },
    oidc: { issuer: issuer.url, audience: 'test' },
    health: { port: 0 },
    telemetry: { logLevel: 'silent' },
  });
}

const starting: Readonly<Record<Application, (platform: Platform) => Promise<() => Promise<unknown>>>> = {
  api: async (platform) => {
    const app = await composeApi(platform);
    const ready = await app.inject({ url: '/readyz' });
    const clock = { signs: 'yes', boundMs: expect.any(Number), hostAheadMs: expect.any(Number) };
    const found = { database: 'ok', engine: 'ok', keys: 'ok', objects: 'ok', oidc: 'ok' };
    expect([ready.statusCode, ready.json()]).toMatchObject([200, { ...found, clock }]);
    expect(Object.keys(ready.json<object>()).sort()).toEqual([...Object.keys(found), 'clock'].sort());
    return () => app.close();
  },
  worker: startWorker,
  operator: startOperator,
};

const store = { database: 'ok', keys: 'ok', objects: 'ok', engine: 'ok' };
/** No cluster is there. */
const ready: Readonly<Record<Application, [number, Record<string, string>]>> = {
  api: [200, { ...store, oidc: 'ok' }],
  worker: [200, { ...store, queue: 'ok' }],
  operator: [503, { database: 'ok', cluster: 'kube.unreachable' }],
};

describe.each(applications)('the %s', (application) => {
  it('starts and stops with its own secrets alone: what it opens beyond them would fail', async () => {
    const platform = await openPlatform(await configFor(application), contexts, application);
    try {
      const stop = await starting[application](platform);
      await stop();
    } finally {
      await platform.close();
    }
  });

  it('says of itself that it lives, and of each of its dependencies what it found', async () => {
    const platform = await openPlatform(await configFor(application), contexts, application);
    const health = new Health(platform);
    const serving = await serveHealth(health, platform);
    try {
      const ask = async (path: string): Promise<[number, unknown]> => {
        const answer = await fetch(`${serving?.url ?? ''}${path}`);
        return [answer.status, await answer.json()];
      };
      expect(await ask('/healthz')).toEqual([200, { alive: true, pool: 'ok', loop: 'ok' }]);
      expect(await ask('/readyz')).toEqual(ready[application]);
    } finally {
      await serving?.stop();
      health.close();
      await platform.close();
    }
  });

  it('does not start without any one of its own', async () => {
    const config = await configFor(application);
    for (const { path } of secretsOf(application)) {
      const [port = '', name = ''] = path.split('.');
      const fragment = (config as unknown as Record<string, Record<string, unknown>>)[port] ?? {};
      if (fragment[name] === undefined) continue;
      const without = { ...config, [port]: { ...fragment, [name]: join(dir, `trap-${application}`) } };
      const opening = openPlatform(without, contexts, application).then((platform) => platform.close());
      await expect(opening).rejects.toThrow();
    }
  });
});
