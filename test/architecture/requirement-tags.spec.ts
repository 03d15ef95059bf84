import { jointTags } from '#oversight';
import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectRoot } from '../../deploy/embedded/processes/project-root.js';

const specs = ['libs', 'test', 'apps', 'deploy']
  .flatMap((folder) => readdirSync(join(projectRoot, folder), { withFileTypes: true, recursive: true }))
  .filter((entry) => entry.isFile() && entry.name.endsWith('.spec.ts'))
  .map((entry) => join(entry.parentPath, entry.name));

describe('a tag at the end of a test’s name', () => {
  it('names one requirement, since one with commas would count for none', () => {
    const several = `[${['DES-01', 'MOD-03'].join(', ')}]`;
    expect(jointTags(`runs ${several} [DES-02]`)).toEqual([several]);
    const joint = specs.flatMap((path) => jointTags(readFileSync(path, 'utf8')).map((tag) => `${relative(projectRoot, path)} ${tag}`));
    expect(specs.length).toBeGreaterThan(100);
    expect(joint).toEqual([]);
  });
});
