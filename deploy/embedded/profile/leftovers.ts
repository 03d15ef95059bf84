import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { emptyFolder } from '../processes/folder.js';
import { endLeftover } from '../processes/supervise.js';
import { scratchOf } from './home.js';

/** Ends what a killed run left running on a profile's folder, by the ids it noted down, and removes its data and its scratch. */
export async function clearLeftovers(dir: string): Promise<void> {
  const servers = (await readdir(dir, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => join(dir, entry.name));
  for (const folder of [dir, ...servers]) {
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.pid'))) {
      const name = basename(file, '.pid');
      await endLeftover(folder, name, name === 'postgres' ? ['SIGINT', 'SIGQUIT'] : undefined);
    }
  }
  await emptyFolder(dir);
  await clearScratch(dir);
}

/** Nothing of the data may stay in memory after the run. */
export async function clearScratch(dir: string): Promise<void> {
  await rm(scratchOf(dir), { recursive: true, force: true });
}
