import { fork } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMasterKeyFile, keysConfig, keysFromConfig, SealedKeyFile } from '#platform/keys';
import { keysConformance } from './platform/keys.conformance.js';

let folder: string;
let at: { path: string; masterKeyFile: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
  at = { path: join(folder, 'keys', 'keys.json'), masterKeyFile: join(folder, 'master.key') };
  await createMasterKeyFile(at.masterKeyFile);
});
afterAll(() => rm(folder, { recursive: true }));

keysConformance('a sealed file', () => keysFromConfig(keysConfig.parse({ kind: 'file', ...at })));

describe('the sealed key file', () => {
  it('refuses a master key that others can read, is missing, or is none', async () => {
    for (const [name, content, mode, code] of [
      ['wide', 'a'.repeat(64), 0o640, 'keys.master-key-exposed'],
      ['short', 'a'.repeat(62), 0o600, 'keys.master-key-unusable'],
    ] as const) {
      const masterKeyFile = join(folder, name);
      await writeFile(masterKeyFile, content);
      await chmod(masterKeyFile, mode);
      await expect(SealedKeyFile.open({ ...at, masterKeyFile })).rejects.toMatchObject({ code });
    }
    await expect(SealedKeyFile.open({ ...at, masterKeyFile: join(folder, 'none') })).rejects.toMatchObject({
      code: 'keys.master-key-unusable',
    });
    await expect(createMasterKeyFile(at.masterKeyFile)).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('refuses another master key, and a file from which a tombstone was edited away', async () => {
    const path = join(folder, 'edited.json');
    const keys = await SealedKeyFile.open({ ...at, path });
    await keys.create('scenario/one');
    await keys.destroy('scenario/one');
    const other = join(folder, 'other.key');
    await createMasterKeyFile(other);
    await expect(SealedKeyFile.open({ path, masterKeyFile: other })).rejects.toMatchObject({ code: 'keys.file-damaged' });
    const file = JSON.parse(await readFile(path, 'utf8')) as { contents: { destroyed: object } };
    await writeFile(path, JSON.stringify({ ...file, contents: { ...file.contents, destroyed: {} } }));
    await expect(keys.create('scenario/one')).rejects.toMatchObject({ code: 'keys.file-damaged' });
    await expect(keys.health()).rejects.toMatchObject({ code: 'keys.file-damaged' });
  });

  it('holds no key in the clear, is for its owner alone and leaves nothing lying about', async () => {
    const keys = await SealedKeyFile.open(at);
    await keys.create('scenario/tidy');
    expect((await stat(at.path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'keys'))).toEqual(['keys.json']);
  });

  it('takes over the lock of a process that died and waits for one that lives', async () => {
    const lock = `${at.path}.lock`;
    const gone = fork('-e', [], { execArgv: [], stdio: 'ignore' });
    await new Promise((resolve) => gone.once('exit', resolve));
    await writeFile(lock, `${gone.pid ?? 0} left`);
    const keys = await SealedKeyFile.open(at);
    await keys.create('scenario/after-a-crash');
    await writeFile(lock, `${process.pid} left by a process whose number was given again`);
    await utimes(lock, new Date(0), new Date(0));
    await keys.create('scenario/after-a-restart');
    await writeFile(lock, `${process.pid} held`);
    const waiting = keys.create('scenario/while-held');
    await rm(lock);
    await waiting;
    expect((await keys.list('scenario/')).filter((name) => /after|while/.test(name))).toHaveLength(3);
  });
});
