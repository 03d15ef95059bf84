import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, CreateMultipartUploadCommand, DeleteObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMs, clockAt } from '#kernel';
import { defaultLimits } from '#platform/config';
import { createMasterKeyFile, SealedKeyFile } from '#platform/keys';
import type { Keys } from '#platform/keys';
import { FolderStore, objectsConfig, objectsFromConfig, S3Store, SealedObjects } from '#platform/objects';
import { startVersitygw } from '../../deploy/embedded/servers/index.js';
import type { ObjectStore } from '../../deploy/embedded/servers/index.js';
import { FaultProxy, strangers, takenFromStrangers } from '../support/fault-proxy.js';
import { objectsConformance } from './platform/objects.conformance.js';

let dir: string;
let keys: Keys;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'objects-'));
  const masterKeyFile = join(dir, 'master.key');
  await createMasterKeyFile(masterKeyFile);
  keys = await SealedKeyFile.open({ path: join(dir, 'keys.json'), masterKeyFile });
  await keys.create('scenario/one');
});
afterAll(async () => {
  await keys.close();
  await rm(dir, { recursive: true });
});

objectsConformance('a folder', async () => ({ store: await FolderStore.open(join(dir, 'folder')), keys }));

describe('the folder of objects', () => {
  it('keeps a retention over a restart and ends it in its time', async () => {
    const start = new Date().toISOString();
    const clock = clockAt(start);
    const path = join(dir, 'retained');
    const first = new SealedObjects(await FolderStore.open(path, clock), keys);
    const stored = await first.put('logs/one', randomBytes(5), { sealedBy: 'scenario/one', retainUntil: addMs(start, 1000) });
    const again = new SealedObjects(await FolderStore.open(path, clock), keys);
    await expect(again.remove('logs/one', stored.version)).rejects.toMatchObject({ code: 'objects.locked' });
    clock.set(addMs(start, 1001));
    await again.remove('logs/one', stored.version);
    expect(await again.list('')).toEqual([]);
  });

  it('names what a crash left half written, and destroys it', async () => {
    const path = join(dir, 'crashed');
    const store = await FolderStore.open(path);
    const objects = new SealedObjects(store, keys);
    let release: () => void = () => undefined;
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield randomBytes(1_000_000);
      await new Promise<void>((resolve) => (release = resolve));
      throw new Error('too late');
    }
    const putting = objects.put('scenarios/x/file', slow(), { sealedBy: 'scenario/one' });
    while (!((await objects.list('scenarios/x'))[0]?.cipherBytes ?? 0)) await new Promise((resolve) => setImmediate(resolve));
    expect(await objects.list('scenarios/x')).toMatchObject([{ key: 'scenarios/x/file', kind: 'upload' }]);
    expect(await objects.stat('scenarios/x/file')).toBeUndefined();
    expect(await objects.destroy('scenarios/x')).toEqual({ destroyed: 1, remaining: [] });
    release();
    await expect(putting).rejects.toThrow('too late');
    expect(await readdir(join(path, 'uploads'))).toEqual([]);
  });

  it('lets nothing be left of an object that is destroyed while it is written, whenever that is', async () => {
    const path = join(dir, 'destroyed-meanwhile');
    const store = await FolderStore.open(path);
    const left = async (): Promise<string[]> =>
      (await readdir(path, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile() && entry.name !== 'store-id')
        .map(({ name }) => name);
    let stored = 0;
    for (let round = 0; round < 300; round++) {
      const destroy = async (): Promise<void> => {
        for (let turn = 0; turn < round % 40; turn++) await new Promise((resolve) => setImmediate(resolve));
        await store.remove(await store.list(''));
      };
      const writing = store.write('one/file', chunks(round % 5), undefined).then(
        () => 1,
        () => 0,
      );
      stored += (await Promise.all([writing, destroy(), destroy()]))[0];
      await store.remove(await store.list(''));
      expect(await left()).toEqual([]);
    }
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(300);
  });

  it('is built from its configuration', async () => {
    const objects = await objectsFromConfig(objectsConfig.parse({ kind: 'folder', path: join(dir, 'configured') }), keys);
    await expect(objects.health()).resolves.toBeUndefined();
    await objects.close();
  });
});

describe('S3', () => {
  let server: ObjectStore;
  const config = (bucket: string, more = {}) =>
    objectsConfig.parse({
      kind: 's3',
      endpoint: server.endpoint,
      region: server.region,
      bucket,
      accessKeyFile: join(dir, 'access'),
      secretKeyFile: join(dir, 'secret'),
      ...more,
    }) as Extract<ReturnType<typeof objectsConfig.parse>, { kind: 's3' }>;
  let raw: S3Client;
  beforeAll(async () => {
    server = await startVersitygw({ dir: join(dir, 's3') });
    await writeFile(join(dir, 'access'), server.accessKey);
    await writeFile(join(dir, 'secret'), `${server.secretKey}\n`);
    raw = new S3Client({
      endpoint: server.endpoint,
      region: server.region,
      forcePathStyle: true,
      credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
    });
  }, 900_000);
  afterAll(async () => {
    raw.destroy();
    await server.stop();
  });

  objectsConformance('S3', async () => ({ store: await S3Store.open(config('conformance')), keys }));

  it('refuses a bucket without versioning or lock, and a missing one that it may not make', async () => {
    await raw.send(new CreateBucketCommand({ Bucket: 'plain-bucket' }));
    await expect(S3Store.open(config('plain-bucket'))).rejects.toMatchObject({ code: 'objects.misconfigured' });
    await expect(S3Store.open(config('not-there', { createBucket: false }))).rejects.toMatchObject({ code: 'objects.misconfigured' });
  });

  it('refuses wrong credentials and an address where nothing answers', async () => {
    await writeFile(join(dir, 'wrong'), 'wrong');
    await expect(S3Store.open(config('conformance', { secretKeyFile: join(dir, 'wrong') }))).rejects.toMatchObject({
      code: 'objects.forbidden',
    });
    await expect(S3Store.open(config('conformance', { endpoint: 'http://127.0.0.1:9' }))).rejects.toMatchObject({
      code: 'objects.unreachable',
    });
  });

  it('ends no process when it answers and its body never comes', async () => {
    const proxy = await FaultProxy.before(server.endpoint);
    const limits = { ...defaultLimits.objects, silentMs: 300, requestMs: 900 };
    const opened = (): Promise<S3Store> => S3Store.open(config('silent', { endpoint: proxy.url, attempts: 1 }), limits);
    // The bucket and its mark are there from now on, as every later start finds them.
    await (await opened()).close();
    const answered: string[] = [];
    for (let request = 0; request < 4; request += 1) {
      proxy.failFrom(request, 'bodiless');
      const store = await opened().catch((fault: unknown) => fault as { code: string });
      answered.push(store instanceof S3Store ? 'open' : store.code);
      // Asked for longer than the silence lasts: what hung until now has ended by then, or ends the process.
      if (store instanceof S3Store) await store.health().catch(() => undefined);
      proxy.heal();
      if (store instanceof S3Store) await store.close();
    }
    expect(new Set(answered)).toEqual(new Set(['open', 'objects.unreachable']));
    await proxy.close();
  });

  it('is away where another answers in its place: that is no absence, no tampering and no success', async () => {
    const proxy = await FaultProxy.before(server.endpoint);
    const store = await S3Store.open(config('strangers', { endpoint: proxy.url, attempts: 1 }));
    const objects = new SealedObjects(store, keys);
    const { version } = await objects.put('scenarios/x/a', randomBytes(100_000), { sealedBy: 'scenario/one' });
    const later = addMs(new Date().toISOString(), 1_000);
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      stat: () => objects.stat('scenarios/x/a', version),
      get: async () => {
        for await (const _ of await objects.get('scenarios/x/a', { sealedBy: 'scenario/one' }));
      },
      put: () => objects.put('scenarios/x/b', randomBytes(10), { sealedBy: 'scenario/one' }),
      list: () => objects.list('scenarios/x'),
      retain: () => objects.retain('scenarios/x/a', version, later),
      remove: () => objects.remove('scenarios/x/a', version),
      destroy: () => objects.destroy('scenarios/x'),
      identity: () => objects.identity(),
      health: () => objects.health(),
    };
    expect(await takenFromStrangers(proxy, strangers, calls, 'objects.unreachable')).toEqual([]);
    expect((await objects.stat('scenarios/x/a', version))?.bytes).toBe(100_000);
    await store.close();
    await proxy.close();
  }, 240_000);

  it('lists and destroys delete markers and unfinished uploads too [DEST-01]', async () => {
    const objects = new SealedObjects(await S3Store.open(config('leftovers')), keys);
    const stored = await objects.put('scenarios/x/a', randomBytes(10), { sealedBy: 'scenario/one' });
    await raw.send(new DeleteObjectCommand({ Bucket: 'leftovers', Key: 'scenarios/x/a' }));
    expect(await objects.stat('scenarios/x/a')).toBeUndefined();
    expect((await objects.stat('scenarios/x/a', stored.version))?.bytes).toBe(10);
    const at = { Bucket: 'leftovers', Key: 'scenarios/x/b' };
    const { UploadId } = await raw.send(new CreateMultipartUploadCommand(at));
    await raw.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: randomBytes(1000) }));
    const kinds = (await objects.list('scenarios/x')).map(({ kind, cipherBytes }) => ({ kind, cipherBytes }));
    expect(kinds).toContainEqual({ kind: 'delete-marker', cipherBytes: 0 });
    expect(kinds).toContainEqual({ kind: 'upload', cipherBytes: 1000 });
    expect(await objects.destroy('scenarios/x')).toEqual({ destroyed: 3, remaining: [] });
    expect(await objects.list('')).toEqual([]);
    await objects.close();
  });
});

async function* chunks(many: number): AsyncGenerator<Uint8Array> {
  for (let made = 0; made < many; made++) {
    await new Promise((resolve) => setImmediate(resolve));
    yield randomBytes(100);
  }
}
