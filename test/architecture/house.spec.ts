import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import { violations } from './violations.js';

const root = join(import.meta.dirname, '..', '..');
const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { forbidden: { name: string }[] };

interface Cruise {
  readonly summary: { readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string }[] };
}

/** Runs the house's own command over a tree and reads what it reports. */
function cruise(folder: string): Cruise['summary']['violations'] {
  const folders = ['apps', 'libs', 'deploy', 'test'].filter((name) => {
    try {
      return statSync(join(folder, name)).isDirectory();
    } catch {
      return false;
    }
  });
  const args = [
    join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
    ...folders,
  ];
  try {
    return (
      JSON.parse(
        execFileSync(process.execPath, args, { cwd: folder, maxBuffer: 1e9, stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
      ) as Cruise
    ).summary.violations;
  } catch (fault) {
    return (JSON.parse(String((fault as { stdout: Buffer }).stdout)) as Cruise).summary.violations;
  }
}

function tree(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'opdomain-house-'));
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** TypeScript files that stand in git's view of the tree. */
const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'apps', 'libs', 'deploy', 'test'], {
  cwd: root,
})
  .toString()
  .split('\n')
  .filter((path) => extname(path) === '.ts');

describe('the house', () => {
  it('keeps every rule of rooms, doors and direction', () => {
    expect(cruise(root).map((violation) => `${violation.rule.name}: ${violation.from}`)).toEqual([]);
  });

  it('has a deliberate violation for each rule', () => {
    expect([...new Set(violations.map((violation) => violation.rule))].sort()).toEqual(config.forbidden.map((rule) => rule.name).sort());
  });

  it.each(violations.map((violation) => [violation.rule, violation] as const))('reports a violation of %s', (_name, violation) => {
    const folder = tree(violation.files);
    try {
      expect(cruise(folder).map((found) => found.rule.name)).toContain(violation.rule);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('has no TypeScript file over 400 lines', () => {
    const long = sources.filter((path) => readFileSync(join(root, path), 'utf8').split('\n').length > 401);
    expect(long).toEqual([]);
  });

  it('has no `any` in a domain room', () => {
    const found = sources
      // The catalogue of requirements is prose.
      .filter((path) => path.includes('/domain/') && !path.endsWith('.spec.ts') && !path.endsWith('/requirements.ts'))
      .filter((path) => /(: any\b|as any\b|<any>|any\[\])/.test(readFileSync(join(root, path), 'utf8')));
    expect(found).toEqual([]);
  });

  it('has only known rooms in every context, a README and two doors', () => {
    const rooms = new Set(['domain', 'manifests', 'application', 'persistence', 'reconcile', 'jobs', 'http']);
    const faults = readdirSync(join(root, 'libs'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'kernel' && entry.name !== 'platform')
      .flatMap(({ name }) => {
        const inside = readdirSync(join(root, 'libs', name), { withFileTypes: true });
        const files = inside.filter((entry) => entry.isFile()).map((entry) => entry.name);
        return [
          ...inside
            .filter((entry) => entry.isDirectory() && !rooms.has(entry.name))
            .map((entry) => `libs/${name}/${entry.name} is no room`),
          ...['index.ts', 'contract.ts', 'README.md'].filter((file) => !files.includes(file)).map((file) => `libs/${name} lacks ${file}`),
        ];
      });
    expect(faults).toEqual([]);
  });

  it('keeps the top level to what the README names', () => {
    const tracked = execFileSync('git', ['ls-tree', '--name-only', 'HEAD'], { cwd: root }).toString().trim().split('\n');
    const allowed = [
      'apps',
      'libs',
      'deploy',
      'charts',
      'docs',
      'test',
      'nest-cli.json',
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'README.md',
      'README.zh-CN.md',
      'jest.config.js',
      'eslint.config.js',
    ];
    expect(tracked.filter((name) => !name.startsWith('.') && !allowed.includes(name)).map((name) => relative('.', name))).toEqual([]);
  });
});
