import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../processes/project-root.js';
import { ensureProgram, findOnPath } from './debian.js';
import type { Report } from './progress.js';

const run = promisify(execFile);
const engine = join(projectRoot, 'libs', 'platform', 'engine');

/** A C compiler and libseccomp: to compile the engine's filter anew, and the hostile program of its test. Neither is needed to run. */
export const ensureCompiler = (report: Report): Promise<string> =>
  ensureProgram(
    {
      name: 'compiler',
      find: async () => (existsSync('/usr/include/seccomp.h') ? findOnPath('gcc') : undefined),
      packages: ['gcc', 'libc6-dev', 'libseccomp-dev'],
      advice: 'A C compiler with libseccomp is not here (Debian: apt-get install gcc libc6-dev libseccomp-dev).',
    },
    report,
  );

/** Compiles seccomp/filter.c with libseccomp. @returns the filter in base64 by `process.arch` */
export async function compileSeccomp(): Promise<Readonly<Partial<Record<NodeJS.Architecture, string>>>> {
  const dir = await mkdtemp(join(tmpdir(), 'opdomain-seccomp-'));
  try {
    const program = join(dir, 'filter');
    await run('gcc', ['-O1', '-Wall', '-Werror', '-o', program, join(engine, 'seccomp', 'filter.c'), '-lseccomp']);
    const of = async (architecture: string) => (await run(program, [architecture], { encoding: 'buffer' })).stdout.toString('base64');
    return { x64: await of('x86_64'), arm64: await of('aarch64') };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** `npm run seccomp`: writes the filter that the engine is built with. */
export async function writeSeccomp(): Promise<void> {
  const filters = await compileSeccomp();
  const lines = Object.entries(filters).map(([arch, filter]) => `  ${arch}:\n    '${filter}',`);
  const comment = '/** Generated from seccomp/filter.c by `npm run seccomp`: the filter as compiled BPF, in base64, by `process.arch`. */';
  const type = 'Readonly<Partial<Record<NodeJS.Architecture, string>>>';
  await writeFile(join(engine, 'seccomp.ts'), `${comment}\nexport const seccompFilters: ${type} = {\n${lines.join('\n')}\n};\n`);
}
