import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { pbkdf2, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, PutObjectRetentionCommand, S3Client } from '@aws-sdk/client-s3';
import { Redis as RedisClient } from 'ioredis';
import pg from 'pg';
import { identify, isRunning } from '../../deploy/embedded/processes/identity.js';
import { keptPort } from '../../deploy/embedded/processes/ports.js';
import { endLeftover, supervise } from '../../deploy/embedded/processes/supervise.js';
import {
  createDatabase,
  createRole,
  startOpenBao,
  startPostgres,
  startRedis,
  startVersitygw,
  urlOf,
} from '../../deploy/embedded/servers/index.js';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-servers-'));
  await chmod(dir, 0o711);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const query = async (url: string, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
};

const slowHash = promisify(pbkdf2);
const argumentsOf = async (pid: number) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');

describe('PostgreSQL', () => {
  it('gives an application a database of its own, and finds it again after a restart on the same address', async () => {
    const at = { dir: join(dir, 'database'), durable: false };
    const first = await startPostgres(at);
    let owner: string;
    try {
      await createRole(first.url, 'app', 'first-password');
      await createRole(first.url, 'app', 'second-password');
      const database = await createDatabase(first.url, 'opdomain', { owner: 'app' });
      await createDatabase(first.url, 'opdomain', { owner: 'app' });
      owner = urlOf(database, { user: 'app', password: 'second-password' });
      await query(owner, 'create schema seats; create table seats.seat (id int); insert into seats.seat values (7)');
      await expect(query(owner, 'create role more')).rejects.toThrow(/permission denied/);
      await expect(query(urlOf(owner, { password: 'first-password' }), 'select 1')).rejects.toThrow(/password authentication failed/);
      expect(await argumentsOf(first.pids.postgres)).not.toContain(new URL(first.url).password);
    } finally {
      await first.stop();
    }
    expect(await identify(first.pids.postgres)).toBeUndefined();
    const second = await startPostgres({ ...at, extraFlags: ['-c', 'max_connections=37'] });
    try {
      expect(second.url).toBe(first.url);
      expect(await query(owner, 'select id from seats.seat')).toEqual([{ id: 7 }]);
      expect(await query(owner, 'show max_connections')).toEqual([{ max_connections: '37' }]);
      expect(await query(owner, 'show server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    } finally {
      await second.stop();
    }
  });
});

describe('Redis', () => {
  it('answers who has the password, and keeps it out of its arguments', async () => {
    const redis = await startRedis({ dir: join(dir, 'redis') });
    const [known, stranger] = [redis.url, `redis://127.0.0.1:${redis.port}`].map(
      (url) => new RedisClient(url, { lazyConnect: true, retryStrategy: () => null }),
    );
    known?.on('error', () => undefined);
    stranger?.on('error', () => undefined);
    try {
      expect(await known?.set('bell', 'rung')).toBe('OK');
      await expect(stranger?.get('bell')).rejects.toThrow(/NOAUTH/);
      expect(await argumentsOf(redis.pids.redis)).not.toContain(redis.password);
    } finally {
      known?.disconnect();
      stranger?.disconnect();
      await redis.stop();
    }
  });
});

describe('OpenBao', () => {
  const calls = (address: string, token: string) => async (method: string, path: string, body?: object) => {
    const response = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': token },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = (text === '' ? {} : JSON.parse(text)) as { data?: Record<string, unknown>; auth?: Record<string, unknown> };
    return { status: response.status, ...answer };
  };

  it('wraps under a limited token that can neither carry keys away nor do anything else, and opens itself after a restart', async () => {
    const at = { dir: join(dir, 'openbao') };
    const plaintext = randomBytes(32).toString('base64');
    const first = await startOpenBao(at);
    let ciphertext: unknown;
    try {
      const call = calls(first.address, first.token);
      expect((await call('POST', 'transit/encrypt/scenario-1', { plaintext })).status).toBe(400);
      expect((await call('POST', 'transit/keys/scenario-1', {})).status).toBe(200);
      ciphertext = (await call('POST', 'transit/encrypt/scenario-1', { plaintext })).data?.ciphertext;
      expect((await call('GET', 'transit/export/encryption-key/scenario-1')).status).toBe(403);
      expect((await call('GET', 'transit/backup/scenario-1')).status).toBe(403);
      expect((await call('POST', 'sys/policies/acl/more', { policy: '' })).status).toBe(403);
      expect((await call('POST', 'transit/keys/destroyed.scenario-0', {})).status).toBe(200);
      expect((await call('DELETE', 'transit/keys/destroyed.scenario-0')).status).toBe(403);
      expect((await call('GET', 'auth/token/lookup-self')).data).toMatchObject({
        period: 768 * 3_600,
        renewable: true,
        policies: ['opdomain-keys'],
      });
      expect((await call('POST', 'auth/token/renew-self')).status).toBe(200);
      expect((await stat(first.tokenFile)).mode & 0o777).toBe(0o600);
      expect(await argumentsOf(first.pids.openbao)).not.toContain(first.token);
    } finally {
      await first.stop();
    }
    const second = await startOpenBao(at);
    try {
      expect([second.address, second.token]).toEqual([first.address, first.token]);
      const opened = await calls(second.address, second.token)('POST', 'transit/decrypt/scenario-1', { ciphertext });
      expect(opened.data?.plaintext).toBe(plaintext);
    } finally {
      await second.stop();
    }
  });
});

describe('versitygw', () => {
  it('keeps a version under compliance lock against deletion and against a shorter lock', async () => {
    const store = await startVersitygw({ dir: join(dir, 's3') });
    const client = new S3Client({
      endpoint: store.endpoint,
      region: store.region,
      forcePathStyle: true,
      credentials: { accessKeyId: store.accessKey, secretAccessKey: store.secretKey },
    });
    try {
      await client.send(new CreateBucketCommand({ Bucket: 'segments', ObjectLockEnabledForBucket: true }));
      const object = { Bucket: 'segments', Key: 'log/1' };
      const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
      const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: inDays(2) } as const;
      const { VersionId } = await client.send(new PutObjectCommand({ ...object, ...lock, Body: 'sealed' }));
      expect(VersionId).toBeDefined();
      const version = { ...object, VersionId };
      await expect(client.send(new DeleteObjectCommand(version))).rejects.toThrow();
      await expect(
        client.send(new PutObjectRetentionCommand({ ...version, Retention: { Mode: 'COMPLIANCE', RetainUntilDate: inDays(1) } })),
      ).rejects.toThrow();
    } finally {
      client.destroy();
      await store.stop();
    }
  });
});

describe('a supervised server', () => {
  const sleeper = (folder: string) => ({
    name: 'sleeper',
    dir: folder,
    command: process.execPath,
    args: ['-e', 'require("node:net").createServer().listen(Number(process.env.AT), "127.0.0.1")'],
    readyWithinSeconds: 20,
  });
  const ready = (port: number) => async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect').finally(() => socket.destroy());
  };

  it('is not started when it never gets ready, and says the last of what it wrote', async () => {
    const dying = {
      ...sleeper(join(dir, 'dying')),
      args: ['-e', 'console.error("no such setting"); process.exit(3)'],
      ready: () => Promise.reject(new Error('silent')),
    };
    await expect(supervise(dying)).rejects.toThrow(/sleeper did not start: it ended with code 3[^]*no such setting/);
  });

  it('that ends at once is noticed, however slowly this process reads and writes its files', async () => {
    const shortLived = {
      ...sleeper(join(dir, 'short-lived')),
      command: '/bin/false',
      args: [],
      ready: () => Promise.reject(new Error('silent')),
    };
    // Every thread that opens, reads and closes files is taken by turns, so that each of these takes longer than the server lives.
    let over = false;
    const busy = Array.from({ length: 6 }, async () => {
      while (!over) await slowHash('word', 'salt', 150_000, 64, 'sha512');
    });
    try {
      await expect(supervise(shortLived)).rejects.toThrow('sleeper did not start: it ended with code 1');
    } finally {
      over = true;
      await Promise.all(busy);
    }
  });

  it('that takes a question and never answers it is given up when its time is over, and is ended', async () => {
    const folder = join(dir, 'mute');
    const mute = {
      ...sleeper(folder),
      args: ['-e', 'setInterval(() => {}, 1000)'],
      readyWithinSeconds: 1,
      ready: () => new Promise<void>(() => undefined),
    };
    await expect(supervise(mute)).rejects.toThrow('sleeper did not start: not ready after 1 s: no answer');
    expect(await readdir(folder)).toEqual(['logs']);
    await expect(supervise({ ...mute, readyWithinSeconds: 60, signal: AbortSignal.timeout(500) })).rejects.toThrow('timeout');
    expect(await readdir(folder)).toEqual(['logs']);
  });

  it('is ended as a leftover only while its process is the one that was noted', async () => {
    const folder = join(dir, 'leftover');
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      await once(stranger, 'spawn');
      const identity = await identify(stranger.pid ?? 0);
      if (identity === undefined) throw new Error('the stranger did not start');
      const gone = { pid: 2 ** 22, began: 'never' };
      await mkdir(folder);
      await writeFile(join(folder, 'sleeper.pid'), JSON.stringify({ server: { ...identity, began: 'earlier' }, owner: gone }));
      await endLeftover(folder, 'sleeper');
      expect(await isRunning(identity)).toBe(true);

      await writeFile(join(folder, 'sleeper.pid'), JSON.stringify({ server: identity, owner: gone }));
      await endLeftover(folder, 'sleeper');
      expect(await isRunning(identity)).toBe(false);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('is killed when it does not heed the signal to end', async () => {
    const port = await keptPort(join(dir, 'deaf'), 'sleeper');
    const deaf = `process.on("SIGTERM", () => {}); ${sleeper('').args[1] ?? ''}`;
    const server = await supervise({
      ...sleeper(join(dir, 'deaf')),
      args: ['-e', deaf],
      env: { AT: String(port) },
      ready: ready(port),
      stopWithinSeconds: 1,
    });
    await server.stop();
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await identify(server.pid)).toBeUndefined();
  });
});
