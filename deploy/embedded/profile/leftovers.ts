import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { endLeftover } from '../processes/supervise.js';

/** Ends what a killed run left running on a folder, by the ids it noted down, and removes the folder. */
export async function clearLeftovers(dir: string): Promise<void> {
  const files = await readdir(dir, { recursive: true }).catch(() => []);
  for (const file of files.filter((name) => name.endsWith('.pid') && !name.includes('/data/'))) {
    const path = join(dir, file);
    const name = path.slice(dirname(path).length + 1, -'.pid'.length);
    if (name === 'postmaster') continue;
    await endLeftover(dirname(path), name, name === 'postgres' ? ['SIGINT', 'SIGQUIT'] : undefined);
  }
  await rm(dir, { recursive: true, force: true });
}
