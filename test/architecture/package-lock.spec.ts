import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>>; readonly resolved?: string }>
  >;
}

const lock = async () => Object.entries((JSON.parse(await readFile('package-lock.json', 'utf8')) as Lock).packages);

describe('package-lock.json', () => {
  it('names every optional package, so that npm ci works on every platform (node deploy/embedded/complete-lock.ts adds them)', async () => {
    const entries = await lock();
    const paths = new Set(entries.map(([path]) => path));
    const missing = entries.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !paths.has(`node_modules/${name}`) && !paths.has(`${path}/node_modules/${name}`)),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry, so that everyone installs from their own', async () => {
    expect((await lock()).filter(([, { resolved }]) => resolved?.startsWith('http') === true).map(([path]) => path)).toEqual([]);
  });
});
