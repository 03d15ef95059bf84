import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, type RecoveryTry } from '#kernel';
import { defaultLimits } from '#platform/config';
import { createMasterKeyFile, ensureControlKey, keysConfig, keysFromConfig, SealedKeyFile, type Keys } from '#platform/keys';
import { FolderStore, objectsConfig, objectsFromConfig, SealedObjects, type Objects } from '#platform/objects';
import { ReadBacks } from '#platform/readback';
import { startOpenBao, startVersitygw, type ObjectStore, type OpenBao } from '../../deploy/embedded/servers/index.js';
import { FaultProxy, faults } from '../support/fault-proxy.js';

const sealedBy = 'scenario/one';
let dir: string;
let keys: Keys;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'read-backs-'));
  const masterKeyFile = join(dir, 'master.key');
  await createMasterKeyFile(masterKeyFile);
  keys = await SealedKeyFile.open({ path: join(dir, 'keys.json'), masterKeyFile });
  await ensureControlKey(keys);
  await keys.create(sealedBy);
});
afterAll(async () => {
  await keys.close();
  await rm(dir, { recursive: true, force: true });
});
const outcomes = (tries: readonly RecoveryTry[]): string[] => tries.map(({ outcome }) => outcome);

describe('reading objects back from S3', () => {
  let server: ObjectStore;
  let proxy: FaultProxy;
  let objects: Objects;
  beforeAll(async () => {
    server = await startVersitygw({ dir });
    proxy = await FaultProxy.before(server.endpoint);
    await writeFile(join(dir, 'access'), server.accessKey);
    await writeFile(join(dir, 'secret'), server.secretKey);
    const files = { accessKeyFile: join(dir, 'access'), secretKeyFile: join(dir, 'secret') };
    const at = { kind: 's3', endpoint: proxy.url, region: server.region, bucket: 'read-backs', attempts: 2, ...files };
    objects = await objectsFromConfig(objectsConfig.parse(at), keys, { ...defaultLimits.objects, requestMs: 1_000, silentMs: 900 });
  }, 600_000);
  afterAll(async () => {
    await objects.close();
    await proxy.close();
    await server.stop();
  });

  it('says recovered before, gone after, by the same store [DEST-02]', async () => {
    const key = `scenarios/${newId()}/data`;
    const { version } = await objects.put(key, Buffer.from('canary'), { sealedBy });
    const readBacks = new ReadBacks(objects, keys);
    const before = [await readBacks.object({ key, sealedBy }), await readBacks.object({ key, sealedBy, version })];
    expect(outcomes(before)).toEqual(['recovered', 'recovered']);
    await objects.destroy(key);
    const after = [await readBacks.object({ key, sealedBy }), await readBacks.object({ key, sealedBy, version })];
    expect(outcomes(after)).toEqual(['gone', 'gone']);
    expect(after[0]?.store).toBe(before[0]?.store);
    expect(after[0]?.store).not.toBeNull();
  });

  it('says gone of what lies there under a destroyed key, and unknown of it while the key lives but the text is damaged', async () => {
    const own = `scenario/${newId()}`;
    await keys.create(own);
    const key = `scenarios/${newId()}/shredded`;
    await objects.put(key, Buffer.from('canary'), { sealedBy: own });
    await keys.destroy(own);
    expect(await new ReadBacks(objects, keys).object({ key, sealedBy: own })).toMatchObject({ outcome: 'gone' });
    const swapped = { key, sealedBy };
    expect(await new ReadBacks(objects, keys).object(swapped)).toMatchObject({ outcome: 'unknown', store: null });
  });

  it.each(faults)(
    'is unknown while the store is away (%s), whether or not the object is there, and lists nothing as empty',
    async (fault) => {
      const [there, gone] = [`scenarios/${newId()}/there`, `scenarios/${newId()}/gone`];
      await objects.put(there, Buffer.from('canary'), { sealedBy });
      const readBacks = new ReadBacks(objects, keys);
      proxy.fail(fault);
      try {
        await Promise.all(
          [there, gone].flatMap((key) => [
            expect(readBacks.object({ key, sealedBy })).resolves.toMatchObject({ outcome: 'unknown', store: null }),
            expect(objects.list(key)).rejects.toThrow(),
          ]),
        );
      } finally {
        proxy.heal();
      }
      expect(outcomes([await readBacks.object({ key: there, sealedBy }), await readBacks.object({ key: gone, sealedBy })])).toEqual([
        'recovered',
        'gone',
      ]);
    },
    120_000,
  );
});

describe('reading objects back from a folder', () => {
  let path: string;
  let objects: Objects;
  beforeAll(async () => {
    path = join(dir, 'folder');
    objects = new SealedObjects(await FolderStore.open(path), keys);
  });

  /** A folder that is away: not mounted, emptied, or its content replaced by somebody else's. */
  const away: readonly (readonly [string, (path: string) => Promise<() => Promise<void>>])[] = [
    [
      'not there',
      async (at) => {
        await rename(at, `${at}.away`);
        return () => rename(`${at}.away`, at);
      },
    ],
    [
      'without its mark',
      async (at) => {
        await rename(join(at, 'store-id'), join(at, 'store-id.away'));
        return () => rename(join(at, 'store-id.away'), join(at, 'store-id'));
      },
    ],
    [
      'not a folder any more',
      async (at) => {
        await rename(at, `${at}.away`);
        await writeFile(at, 'a file');
        return async () => {
          await rm(at);
          await rename(`${at}.away`, at);
        };
      },
    ],
    ...(process.getuid?.() === 0
      ? []
      : ([
          [
            'unreadable',
            async (at: string) => {
              await chmod(at, 0);
              return () => chmod(at, 0o700);
            },
          ],
        ] as const)),
  ];

  it.each(away)('is unknown while the folder is %s, and lists nothing as empty', async (_what, take) => {
    const [there, gone] = [`scenarios/${newId()}/there`, `scenarios/${newId()}/gone`];
    await objects.put(there, Buffer.from('canary'), { sealedBy });
    const readBacks = new ReadBacks(objects, keys);
    const giveBack = await take(path);
    try {
      for (const key of [there, gone]) {
        expect(await readBacks.object({ key, sealedBy })).toMatchObject({ outcome: 'unknown', store: null });
        await expect(objects.list(key)).rejects.toMatchObject({ code: 'objects.unreachable' });
      }
    } finally {
      await giveBack();
    }
    expect(outcomes([await readBacks.object({ key: there, sealedBy }), await readBacks.object({ key: gone, sealedBy })])).toEqual([
      'recovered',
      'gone',
    ]);
  });
});

describe('reading keys back', () => {
  let besides: Objects;
  beforeAll(async () => {
    besides = new SealedObjects(await FolderStore.open(join(dir, 'besides')), keys);
  });

  it('from a file that is gone or replaced is unknown; from the file itself, gone', async () => {
    const at = { path: join(dir, 'own-keys.json'), masterKeyFile: join(dir, 'master.key') };
    const own = await SealedKeyFile.open(at);
    await ensureControlKey(own);
    await own.create(sealedBy);
    const wrapped = await own.wrap(sealedBy, Buffer.from('sample'));
    const readBacks = new ReadBacks(besides, own);
    const both = async () => [await readBacks.key(sealedBy), await readBacks.wrapped('decrypt the sample', sealedBy, [wrapped])];
    const before = await both();
    expect(outcomes(before)).toEqual(['recovered', 'recovered']);
    await rename(at.path, `${at.path}.away`);
    expect(outcomes(await both())).toEqual(['unknown', 'unknown']);
    await writeFile(at.path, 'not what was there', { mode: 0o600 });
    expect(outcomes(await both())).toEqual(['unknown', 'unknown']);
    await rename(`${at.path}.away`, at.path);
    await own.destroy(sealedBy);
    const after = await both();
    expect(outcomes(after)).toEqual(['gone', 'gone']);
    expect(after.map(({ store }) => store)).toEqual(before.map(({ store }) => store));
    await own.close();
  });

  describe('from OpenBao', () => {
    let bao: OpenBao;
    let proxy: FaultProxy;
    let own: Keys;
    let tokenFile: string;
    const [live, destroyed] = [`scenario/${newId()}`, `scenario/${newId()}`];
    let wrapped: string;
    beforeAll(async () => {
      bao = await startOpenBao({ dir });
      proxy = await FaultProxy.before(bao.address);
      tokenFile = join(dir, 'bao-token');
      await writeFile(tokenFile, bao.token);
      own = await keysFromConfig(keysConfig.parse({ kind: 'transit', address: proxy.url, tokenFile, attempts: 2 }), undefined, {
        ...defaultLimits.keys,
        requestMs: 1_000,
      });
      await ensureControlKey(own);
      for (const name of [live, destroyed]) await own.create(name);
      wrapped = await own.wrap(destroyed, Buffer.from('sample'));
      await own.destroy(destroyed);
    }, 600_000);
    afterAll(async () => {
      await own.close();
      await proxy.close();
      await bao.stop();
    });
    const all = async (): Promise<string[]> => {
      const readBacks = new ReadBacks(besides, own);
      return outcomes(
        await Promise.all([readBacks.key(live), readBacks.key(destroyed), readBacks.wrapped('sample', destroyed, [wrapped])]),
      );
    };

    it.each(faults)(
      'is unknown while it is away (%s), and true again afterwards',
      async (fault) => {
        proxy.fail(fault);
        try {
          expect(await all()).toEqual(['unknown', 'unknown', 'unknown']);
        } finally {
          proxy.heal();
        }
        expect(await all()).toEqual(['recovered', 'gone', 'gone']);
      },
      240_000,
    );

    it('is unknown once its keepers have sealed it', async () => {
      const root = await readFile(join(dir, 'secrets', 'openbao.root'), 'utf8');
      const sealed = await fetch(`${bao.address}/v1/sys/seal`, { method: 'PUT', headers: { 'x-vault-token': root.trim() } });
      expect(sealed.status).toBe(204);
      expect(await all()).toEqual(['unknown', 'unknown', 'unknown']);
    }, 120_000);
  });
});
