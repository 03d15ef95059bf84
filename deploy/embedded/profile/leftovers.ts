import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { emptyFolder } from '../processes/folder.js';
import { endLeftover } from '../processes/supervise.js';

/** Ends what a killed run left running on a profile's folder, by the ids it noted down, and removes its data. */
export async function clearLeftovers(dir: string): Promise<void> {
  const servers = (await readdir(dir, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(dir, entry.name));
  for (const folder of [dir, ...servers]) {
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.pid'))) {
      const name = basename(file, '.pid');
      await endLeftover(folder, name, name === 'postgres' ? ['SIGINT', 'SIGQUIT'] : undefined);
    }
  }
  await emptyFolder(dir);
}
