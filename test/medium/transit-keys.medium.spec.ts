import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#kernel';
import { keysConfig, keysFromConfig, TransitKeys } from '#platform/keys';
import type { Keys } from '#platform/keys';
import { startOpenBao } from '../../deploy/embedded/servers/index.js';
import type { OpenBao } from '../../deploy/embedded/servers/index.js';
import { FaultProxy, strangers, takenFromStrangers } from '../support/fault-proxy.js';
import { keysConformance } from './platform/keys.conformance.js';

let dir: string;
let bao: OpenBao;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'openbao-'));
  bao = await startOpenBao({ dir });
}, 900_000);
afterAll(async () => {
  await bao.stop();
  await rm(dir, { recursive: true });
});

const patience = { requestMs: 5_000, attempts: 5 };
const open = (): Promise<Keys> => keysFromConfig(keysConfig.parse({ kind: 'transit', address: bao.address, tokenFile: bao.tokenFile }));

keysConformance('the transit engine', open);

describe('keys in the transit engine', () => {
  it('keeps its token alive past the time it was given for', async () => {
    // A server of its own: whoever waits for their turn longer than such a token lives has none.
    const own = await mkdtemp(join(tmpdir(), 'openbao-'));
    const short = await startOpenBao({ dir: own, tokenPeriod: '10s' });
    const keys = await TransitKeys.open({ ...short, ...patience });
    try {
      const name = `scenario/${newId()}`;
      const first = keys.tokenExpiry ?? 0;
      const deadline = Date.now() + 30_000;
      while (Date.now() < first + 2_000 && Date.now() < deadline) await delay(250);
      await keys.create(name);
      expect(keys.tokenExpiry).toBeGreaterThan(first);
    } finally {
      await keys.close();
      await short.stop();
      await rm(own, { recursive: true });
    }
  }, 120_000);

  it('is away where another answers in its place: no key is gone, wrong or unreadable by that', async () => {
    const proxy = await FaultProxy.before(bao.address);
    const keys = await TransitKeys.open({ ...bao, address: proxy.url, requestMs: 2_000, attempts: 1 });
    const [sealing, signing, gone] = [`scenario/${newId()}`, `release/${newId()}`, `scenario/${newId()}`];
    await keys.create(sealing);
    await keys.create(signing, 'sign');
    await keys.create(gone);
    await keys.destroy(gone);
    const wrapped = await keys.wrap(sealing, Buffer.from('data key'));
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      create: () => keys.create(`scenario/${newId()}`),
      wrap: () => keys.wrap(sealing, Buffer.from('x')),
      unwrap: () => keys.unwrap(sealing, wrapped),
      sign: () => keys.sign(signing, Buffer.from('x')),
      publicKey: () => keys.publicKey(signing),
      'state of a live one': () => keys.state(sealing),
      'state of a destroyed one': () => keys.state(gone),
      list: () => keys.list('scenario'),
      destroy: () => keys.destroy(sealing),
    };
    // A 400 that says why is the engine's own word.
    const strange = strangers.filter(({ status, body }) => status !== 400 || !body.includes('no handler'));
    expect(await takenFromStrangers(proxy, strange, calls, 'keys.unreachable')).toEqual([]);
    expect(Buffer.from(await keys.unwrap(sealing, wrapped)).toString()).toBe('data key');
    expect((await keys.state(gone)).state).toBe('destroyed');
    await keys.close();
    await proxy.close();
  }, 300_000);

  it('takes up a new token from its file, and says so when it is refused', async () => {
    const tokenFile = join(dir, 'token');
    await writeFile(tokenFile, bao.token);
    const keys = await TransitKeys.open({ ...bao, ...patience, tokenFile });
    try {
      await writeFile(tokenFile, 'none that was ever issued');
      const wrong = TransitKeys.open({ ...bao, ...patience, tokenFile });
      await expect(wrong).rejects.toMatchObject({ code: 'keys.forbidden' });
      await writeFile(tokenFile, bao.token);
      await expect(keys.health()).resolves.toBeUndefined();
    } finally {
      await keys.close();
    }
  });

  it('refuses a mount that is not there', async () => {
    await expect(TransitKeys.open({ ...bao, ...patience, mount: 'elsewhere' })).rejects.toMatchObject({
      code: expect.stringMatching(/^keys\.(misconfigured|forbidden)$/),
    });
  });

  it('says that the server cannot be reached', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as { port: number }).port;
    await new Promise((resolve) => server.close(resolve));
    await expect(TransitKeys.open({ ...bao, ...patience, address: `http://127.0.0.1:${port}` })).rejects.toMatchObject({
      code: 'keys.unreachable',
    });
  });

  it('leaves a name that it began to destroy destroyable, and unusable for a new key', async () => {
    const keys = await open();
    try {
      const name = `scenario/${newId()}`;
      await keys.create(name);
      // What a crash between the tombstone and the deletion leaves behind.
      const response = await fetch(`${bao.address}/v1/transit/keys/destroyed.${name.replace('/', '.')}`, {
        method: 'POST',
        headers: { 'X-Vault-Token': bao.token },
        body: '{}',
      });
      expect(response.ok).toBe(true);
      await expect(keys.create(name)).rejects.toMatchObject({ code: 'keys.destroyed' });
      expect(await keys.state(name)).toEqual({ state: 'live', versions: 1 });
      await keys.destroy(name);
      expect(await keys.state(name)).toEqual({ state: 'destroyed', versions: 0 });
    } finally {
      await keys.close();
    }
  });
});
