import { dependencies } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';
import { contexts } from '../../apps/composition/contexts.js';
import { refusalsOf } from '../../apps/composition/platform.js';

describe.each(['docs/outages.md', 'docs/outages.zh-CN.md'])('the page on outages, %s', (path) => {
  const page = readFile(join(projectRoot, path), 'utf8');

  it('has a part for each thing that may be away, and no other that is named like one', async () => {
    const parts = [...(await page).matchAll(/^## ([a-z][a-z-]*)$/gm)].map((match) => match[1]);
    expect(parts).toEqual([...dependencies]);
  });

  it('names no refusal that there is not, and for each thing away one that says so', async () => {
    const catalogue = refusalsOf(contexts);
    const named = [...(await page).matchAll(/`([a-z]+\.[a-z-]+)`/g)].map((match) => match[1] ?? '').filter((code) => !/[A-Z]/.test(code));
    expect(named.filter((code) => catalogue[code] === undefined)).toEqual([]);
    const told = new Set(named.map((code) => catalogue[code]?.awaits));
    for (const dependency of dependencies.filter((one) => one !== 'audit-tree' && one !== 'cluster'))
      expect([dependency, told.has(dependency)]).toEqual([dependency, true]);
  });
});
