import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { exclusively } from '../../deploy/embedded/processes/exclusive.js';
import { ensureTool, NoClusterError } from '../../deploy/embedded/tools/index.js';

let dir = '';
const settings = ['KUBEBUILDER_ASSETS', 'XDG_CACHE_HOME', 'GOTOOLCHAIN'] as const;
const before = settings.map((name) => [name, process.env[name]] as const);
const unreported = () => {
  throw new Error('nothing is to be built here');
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opdomain-tools-'));
});
afterEach(async () => {
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  await rm(dir, { recursive: true, force: true });
});

describe('a tool', () => {
  it('is taken from KUBEBUILDER_ASSETS where it is there', async () => {
    process.env.KUBEBUILDER_ASSETS = dir;
    await writeFile(join(dir, 'etcd'), '#!/bin/sh\n');
    await chmod(join(dir, 'etcd'), 0o755);
    expect(await ensureTool('etcd', unreported)).toBe(join(dir, 'etcd'));
  });

  it('that can neither be found nor built names the three ways to a cluster', async () => {
    Reflect.deleteProperty(process.env, 'KUBEBUILDER_ASSETS');
    process.env.XDG_CACHE_HOME = dir;
    process.env.GOTOOLCHAIN = 'none-such'; // no Go answers to this
    const failure = await ensureTool('kube-apiserver', unreported).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NoClusterError);
    for (const way of ['OPDOMAIN_KUBECONFIG', 'KUBEBUILDER_ASSETS', 'Go 1.26']) expect((failure as Error).message).toContain(way);
  });
});

describe('the lock around a build', () => {
  it('lets one in at a time, takes over from a holder that is gone, and leaves nothing behind', async () => {
    const lock = join(dir, 'build.lock');
    await writeFile(lock, JSON.stringify({ pid: 2 ** 22, began: 'never' }));
    let inside = 0;
    const work = async () => {
      inside += 1;
      expect(inside).toBe(1);
      for (let turns = 0; turns < 20; turns++) await turn();
      inside -= 1;
      return 'done';
    };
    const unheard = () => undefined;
    expect(await Promise.all([exclusively(lock, work, unheard), exclusively(lock, work, unheard)])).toEqual(['done', 'done']);
    expect(await readdir(dir)).toEqual([]);
  });
});
