import { KeyLedger } from '#platform/database';
import { createMasterKeyFile, keysConfig, rememberingKeys, type Keys } from '#platform/keys';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataSource } from '#platform/database';
import type { DataSource } from 'typeorm';
import { openDatabase, type TestDatabase } from '../support/database.js';

let dir = '';
let database: TestDatabase;
let dataSource: DataSource;
let file: { path: string; masterKeyFile: string };
const open = (more: { acceptGeneration?: number } = {}): Promise<Keys> =>
  rememberingKeys(keysConfig.parse({ kind: 'file', ...file, ...more }), new KeyLedger(dataSource));

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-put-back-'));
  await chmod(dir, 0o711);
  database = await openDatabase(dir, []);
  dataSource = await createDataSource({ urlFile: database.urlFiles.worker, poolSize: 3 }, []).initialize();
  file = { path: join(dir, 'keys', 'keys.json'), masterKeyFile: join(dir, 'master.key') };
  await createMasterKeyFile(file.masterKeyFile);
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

describe('an older key file that is put back', () => {
  const copy = (): string => join(dir, 'copy.json');
  let wrapped = '';
  let generation = 0;

  it('is refused while the system runs and after a restart, and the destroyed key stays destroyed [DEST-01]', async () => {
    const keys = await open();
    await keys.create('scenario/gone');
    await keys.create('scenario/stays');
    wrapped = await keys.wrap('scenario/gone', Buffer.from('a data key'));
    await copyFile(file.path, copy());
    generation = 2;
    await keys.destroy('scenario/gone');
    const newer = join(dir, 'newer.json');
    await copyFile(file.path, newer);
    await copyFile(copy(), file.path);

    await expect(keys.unwrap('scenario/gone', wrapped)).rejects.toMatchObject({ code: 'keys.destroyed' });
    await expect(keys.wrap('scenario/stays', Buffer.from('x'))).rejects.toMatchObject({ code: 'keys.file-older' });
    await keys.close();
    await expect(open()).rejects.toMatchObject({ code: 'keys.file-older', details: { generation, newest: generation + 1 } });
    await rm(file.path);
    await expect(open()).rejects.toMatchObject({ code: 'keys.file-older', details: { generation: 0 } });

    await copyFile(newer, file.path);
    const again = await open();
    expect(await again.state('scenario/gone')).toEqual({ state: 'destroyed', versions: 0 });
    expect((await again.state('scenario/stays')).state).toBe('live');
    await again.close();
  });

  it('opens when the newer one is lost and somebody says so by its generation: then too the destroyed key is destroyed again', async () => {
    await copyFile(copy(), file.path);
    await expect(open({ acceptGeneration: generation - 1 })).rejects.toMatchObject({ code: 'keys.file-older' });
    const keys = await open({ acceptGeneration: generation });
    await expect(keys.unwrap('scenario/gone', wrapped)).rejects.toMatchObject({ code: 'keys.destroyed' });
    await expect(keys.create('scenario/gone')).rejects.toMatchObject({ code: 'keys.destroyed' });
    expect(await keys.state('scenario/gone')).toEqual({ state: 'destroyed', versions: 0 });
    expect(await keys.list('scenario/')).toEqual(['scenario/stays']);
    await keys.close();
    // The accepted file is the newest now: it needs no second acceptance.
    await (await open()).close();
  });

  it('keeps its memory from every process: no role can forget a destroyed key or lower the generation', async () => {
    for (const sql of ['DELETE FROM platform.destroyed_keys', 'UPDATE platform.destroyed_keys SET name = name'])
      await expect(dataSource.query(sql)).rejects.toMatchObject({ code: '42501' });
    await expect(dataSource.query('UPDATE platform.key_generations SET newest = 1')).rejects.toMatchObject({ code: 'OD004' });
  });
});
