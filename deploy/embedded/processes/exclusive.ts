import { rename, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { readIfThere, writePrivateOnce } from './files.js';
import { identifySelf, isRunning, type ProcessIdentity } from './identity.js';

/**
 * Runs `work` while holding the lock file; a lock whose holder no longer runs is taken over.
 * @param waiting called about once a second while another process holds the lock.
 */
export async function exclusively<T>(lock: string, work: () => Promise<T>, waiting: () => void): Promise<T> {
  const self = JSON.stringify(await identifySelf());
  while (!(await writePrivateOnce(lock, self))) {
    const held = await readIfThere(lock);
    if (held === undefined) continue;
    if (await isRunning(JSON.parse(held) as ProcessIdentity)) {
      waiting();
      await pause(1_000);
    } else {
      await discard(lock, held);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Of two that found the same stale lock, the slower one must not throw away the quicker one's fresh lock. */
async function discard(lock: string, stale: string): Promise<void> {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    await rename(lock, aside);
  } catch {
    return;
  }
  const taken = await readIfThere(aside);
  if (taken !== undefined && taken !== stale) await writePrivateOnce(lock, taken);
  await rm(aside, { force: true });
}
