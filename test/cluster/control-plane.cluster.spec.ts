import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { AuthenticationV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { identify } from '../../deploy/embedded/processes/identity.js';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import { progressLine, startControlPlane, type ControlPlane } from '../../deploy/embedded/servers/index.js';

const api = (kubeconfigPath: string) => {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  return { core: config.makeApiClient(CoreV1Api), authentication: config.makeApiClient(AuthenticationV1Api) };
};

async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`Not within 30 s: ${what}`);
    await pause(100);
  }
}

const statusOf = (call: Promise<unknown>): Promise<number> =>
  call.then(
    () => 200,
    (error: unknown) => (error as { code: number }).code,
  );

describe('a local control plane', () => {
  let dir = '';
  let controlPlane: ControlPlane;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'opdomain-cluster-'));
    controlPlane = await startControlPlane({
      dir,
      durable: false,
      report: (progress) => process.stderr.write(`${progressLine(progress)}\n`),
    });
  }, 900_000);

  afterAll(async () => {
    await (controlPlane as ControlPlane | undefined)?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('says its version, and lets only its owner read the credentials', async () => {
    expect(controlPlane.version).toMatch(/^v1\.\d+\.\d+/);
    expect((await stat(controlPlane.kubeconfigPath)).mode & 0o777).toBe(0o600);
  });

  it('creates and finally removes a namespace', async () => {
    const { core } = api(controlPlane.kubeconfigPath);
    await core.createNamespace({ body: { metadata: { name: 'come-and-go' } } });
    await eventually('the default service account', () =>
      core.readNamespacedServiceAccount({ name: 'default', namespace: 'come-and-go' }).catch(() => undefined),
    );
    await core.deleteNamespace({ name: 'come-and-go' });
    await eventually('the namespace is gone', async () =>
      (await statusOf(core.readNamespace({ name: 'come-and-go' }))) === 404 ? true : undefined,
    );
  });

  it('knows another user by a certificate and gives it nothing by itself', async () => {
    const path = await controlPlane.kubeconfigFor('opdomain:operator', ['opdomain:operators']);
    const { core, authentication } = api(path);
    const review = await authentication.createSelfSubjectReview({ body: {} });
    expect(review.status?.userInfo?.username).toBe('opdomain:operator');
    expect(review.status?.userInfo?.groups).toContain('opdomain:operators');
    expect(await statusOf(core.listNamespace())).toBe(403);
  });

  it('turns away who shows no certificate', async () => {
    const config = new KubeConfig();
    config.loadFromFile(controlPlane.kubeconfigPath);
    const { server = '', caData = '' } = config.getCurrentCluster() ?? {};
    config.loadFromClusterAndUser({ name: 'opdomain', server, caData, skipTLSVerify: false }, { name: 'nobody' });
    expect(await statusOf(config.makeApiClient(CoreV1Api).listNamespace())).toBe(401);
  });

  it('writes who did what into the audit log, and no secret value anywhere on disk in the clear', async () => {
    const { core } = api(controlPlane.kubeconfigPath);
    const value = `not-for-the-disk-${dir.slice(-6)}`;
    await core.createNamespacedSecret({ namespace: 'default', body: { metadata: { name: 'sealed' }, stringData: { value } } });
    const entry = await eventually('an audit entry', async () =>
      (await readFile(controlPlane.auditLogPath, 'utf8'))
        .split('\n')
        .filter((line) => line.includes('"name":"sealed"') && line.includes('"verb":"create"'))
        .at(0),
    );
    expect(JSON.parse(entry)).toMatchObject({ level: 'Metadata', user: { username: 'local-admin' }, responseStatus: { code: 201 } });
    expect(await readFile(controlPlane.auditLogPath, 'utf8')).not.toContain(value);
    const log = await readFile(join(dir, 'etcd', 'member', 'wal', '0000000000000000-0000000000000000.wal'));
    expect(log.includes('/registry/secrets/default/sealed')).toBe(true);
    expect(log.includes(value)).toBe(false);
  });

  it('refuses a second start on a folder that is in use', async () => {
    await expect(startControlPlane({ dir, durable: false })).rejects.toThrow(/in use by process/);
    expect(await statusOf(api(controlPlane.kubeconfigPath).core.listNamespace())).toBe(200);
  });
});

describe('a control plane whose supervising process was killed', () => {
  it('leaves no process behind and starts again on the same folder with its data and addresses', async () => {
    const holder = join(projectRoot, 'dist', 'test', 'fixtures', 'servers', 'hold-control-plane.js');
    if (!existsSync(holder)) throw new Error('dist is missing: npm run build');
    const dir = await mkdtemp(join(tmpdir(), 'opdomain-cluster-'));
    const child = spawn(process.execPath, [holder, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
      const before = JSON.parse(line) as Pick<ControlPlane, 'server' | 'kubeconfigPath' | 'pids'>;
      await api(before.kubeconfigPath).core.createNamespace({ body: { metadata: { name: 'outlives-the-kill' } } });

      child.kill('SIGKILL');
      await once(child, 'exit');
      const again = await startControlPlane({ dir, durable: false });
      try {
        for (const pid of Object.values(before.pids)) expect(await identify(pid)).toBeUndefined();
        expect(again.server).toBe(before.server);
        const found = await api(again.kubeconfigPath).core.readNamespace({ name: 'outlives-the-kill' });
        expect(found.status?.phase).toBe('Active');
      } finally {
        await again.stop();
      }
      for (const pid of Object.values(again.pids)) expect(await identify(pid)).toBeUndefined();
    } finally {
      child.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    }
  });
});
