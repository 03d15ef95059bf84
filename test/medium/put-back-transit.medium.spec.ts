import { newId } from '#kernel';
import { createDataSource, KeyLedger } from '#platform/database';
import { keysConfig, keysFromConfig, rememberingKeys } from '#platform/keys';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { startOpenBao, type OpenBao } from '../../deploy/embedded/servers/index.js';
import { openDatabase, type TestDatabase } from '../support/database.js';

let dir = '';
let database: TestDatabase;
let dataSource: DataSource;
let bao: OpenBao;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-put-back-bao-'));
  await chmod(dir, 0o711);
  database = await openDatabase(dir, []);
  dataSource = await createDataSource({ urlFile: database.urlFiles.worker, poolSize: 3 }, []).initialize();
  bao = await startOpenBao({ dir });
}, 900_000);
afterAll(async () => {
  await bao.stop();
  await dataSource.destroy();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

describe('an older OpenBao that is put back', () => {
  it('brings no destroyed key back: it is refused, called destroyed, and destroyed again in the store [DEST-01]', async () => {
    const at = keysConfig.parse({ kind: 'transit', address: bao.address, tokenFile: bao.tokenFile });
    const name = `scenario/${newId()}`;
    const keys = await rememberingKeys(at, new KeyLedger(dataSource));
    await keys.create(name);
    const wrapped = await keys.wrap(name, Buffer.from('a data key'));
    await bao.stop();
    await cp(join(dir, 'openbao'), join(dir, 'backup'), { recursive: true });
    bao = await startOpenBao({ dir });
    await keys.destroy(name);
    await bao.stop();
    await rm(join(dir, 'openbao'), { recursive: true });
    await cp(join(dir, 'backup'), join(dir, 'openbao'), { recursive: true });
    bao = await startOpenBao({ dir });

    // The store itself has the key again: without what the database remembers it would unwrap.
    const bare = await keysFromConfig(at);
    expect(Buffer.from(await bare.unwrap(name, wrapped)).toString()).toBe('a data key');
    await expect(keys.unwrap(name, wrapped)).rejects.toMatchObject({ code: 'keys.destroyed' });
    expect(await keys.state(name)).toEqual({ state: 'destroyed', versions: 0 });
    expect((await bare.state(name)).state).toBe('destroyed');
    await expect(keys.create(name)).rejects.toMatchObject({ code: 'keys.destroyed' });
    for (const one of [keys, bare]) await one.close();
  });
});
