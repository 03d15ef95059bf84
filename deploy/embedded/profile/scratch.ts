import { sha256 } from '#kernel';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the engine keeps the plaintext of its runs: in memory, one folder for each profile's own. */
export const scratchOf = (dir: string): string => join('/dev/shm', `opdomain-${sha256(dir).slice(-16)}`);

/** Before a start, what a killed run left; at the end, so that nothing of the data stays in memory. */
export const clearScratch = (dir: string): Promise<void> => rm(scratchOf(dir), { recursive: true, force: true, maxRetries: 10 });
