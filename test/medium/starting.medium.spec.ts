import { applications, type Application } from '#kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contexts } from '../../apps/composition/contexts.js';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import { startOpenBao, type OpenBao } from '../../deploy/embedded/servers/index.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { TcpProxy } from '../support/tcp-proxy.js';

let dir = '';
let database: TestDatabase;
let bao: OpenBao;
let toDatabase: TcpProxy;
let toKeys: TcpProxy;
const running: ChildProcess[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-starting-'));
  await chmod(dir, 0o711);
  database = await openDatabase(dir, contexts);
  bao = await startOpenBao({ dir });
  toDatabase = await TcpProxy.before(Number(new URL(database.url).port));
  toKeys = await TcpProxy.before(Number(new URL(bao.address).port));
}, 900_000);
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await Promise.all([toDatabase.close(), toKeys.close(), bao.stop()]);
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** A process as it is installed, whose database and key store are reached through the proxies. */
async function start(application: Application): Promise<{ child: ChildProcess; url: string; said: () => string; exited: () => boolean }> {
  const port = await freePort();
  const urlFile = join(dir, `${application}.url`);
  await writeFile(urlFile, toDatabase.through((await readFile(database.urlFiles[application], 'utf8')).trim()));
  const kubeconfig = join(dir, 'kubeconfig');
  const nowhere = { server: 'https://127.0.0.1:1' };
  await writeFile(
    kubeconfig,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', clusters: [{ name: 'none', cluster: nowhere }], users: [{ name: 'none', user: {} }] },
      ...{ contexts: [{ name: 'none', context: { cluster: 'none', user: 'none' } }], 'current-context': 'none' },
    }),
  );
  await mkdir(join(dir, 'objects'), { recursive: true });
  const config = join(dir, `${application}.json`);
  await writeFile(
    config,
    JSON.stringify({
      database: { urlFile },
      queue: { kind: 'postgres', urlFile },
      keys: { kind: 'transit', address: toKeys.through(bao.address), tokenFile: bao.tokenFile },
      objects: { kind: 'folder', path: join(dir, 'objects') },
      cluster: { kubeconfig, attempts: 1 },
      oidc: { issuer: 'http://127.0.0.1:1', audience: 'test' },
      http: { port },
      telemetry: { logLevel: 'info' },
    }),
    { mode: 0o600 },
  );
  const child = spawn(process.execPath, [join(projectRoot, 'dist', 'apps', application, 'main.js'), '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {},
  });
  running.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  return { child, url: `http://127.0.0.1:${String(port)}`, said: () => said, exited: () => child.exitCode !== null };
}

async function until<T>(check: () => Promise<T | undefined | false>, what: string, seconds = 60): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check().catch(() => undefined);
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`gave up waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const ready = async (url: string): Promise<{ status: number; body: { waits?: { for: string }; oidc?: string } }> => {
  const answer = await fetch(`${url}/readyz`);
  return { status: answer.status, body: (await answer.json()) as { waits?: { for: string }; oidc?: string } };
};
const end = async (child: ChildProcess): Promise<number | null> => {
  const exit = once(child, 'exit') as Promise<[number | null]>;
  child.kill('SIGTERM');
  return (await exit)[0];
};

describe('a process that starts while what it needs is away', () => {
  it('waits for one after the other: alive, not ready, answering why, and ready when they are there', async () => {
    await Promise.all([toDatabase.go('refuse'), toKeys.go('refuse')]);
    const { child, url, exited } = await start('api');
    await until(async () => (await ready(url)).body.waits?.for === 'database', 'the process to wait for the database');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const refused = await fetch(`${url}/api/v1/people/self`);
    expect([refused.status, refused.headers.get('content-type'), refused.headers.get('retry-after')]).toEqual([
      503,
      'application/problem+json; charset=utf-8',
      '5',
    ]);
    expect(await refused.json()).toMatchObject({ code: 'http.starting', details: { dependency: 'database' } });
    await toDatabase.go('pass');
    await until(async () => (await ready(url)).body.waits?.for === 'key-store', 'the process to wait for the key store');
    expect(exited()).toBe(false);
    await toKeys.go('pass');
    // No issuer here: the process says so, and serves what needs none.
    await until(async () => (await ready(url)).body.oidc === 'identity.issuer-unreachable', 'the process to stand');
    expect((await ready(url)).body).toMatchObject({ database: 'ok', keys: 'ok', objects: 'ok' });
    expect((await fetch(`${url}/api/v1/people/self`)).status).toBe(401);
    expect(await end(child)).toBe(0);
  }, 240_000);

  it.each(applications)(
    'ends at once when it is told to while it waits: the %s',
    async (application) => {
      await toDatabase.go('refuse');
      const { child, said } = await start(application);
      await until(() => Promise.resolve(said().includes('process.waits')), 'the process to wait');
      expect(await end(child)).toBe(0);
      await toDatabase.go('pass');
    },
    120_000,
  );

  it('ends by itself for what waiting cannot mend', async () => {
    const { child, said } = await start('worker');
    child.kill('SIGKILL');
    const config = JSON.parse(await readFile(join(dir, 'worker.json'), 'utf8')) as Record<string, object>;
    const broken = join(dir, 'broken.json');
    await writeFile(broken, JSON.stringify({ ...config, database: { urlFile: join(dir, 'no-such-file') } }));
    const wrong = spawn(process.execPath, [join(projectRoot, 'dist', 'apps', 'worker', 'main.js'), '--config', broken], { env: {} });
    running.push(wrong);
    const [code] = (await once(wrong, 'exit')) as [number];
    expect(code).not.toBe(0);
    expect(said()).not.toContain('no-such-file');
  }, 120_000);
});
