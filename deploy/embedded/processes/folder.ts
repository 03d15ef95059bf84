import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { exclusively } from './exclusive.js';
import { writePrivateOnce } from './files.js';

/** A folder that may not be used; the message says what to do. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}

export interface FolderUse {
  readonly dir: string;
  /** false: what lies in it is removed at the end, however the work ends. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Names the folder as ours: nothing in a folder without it is ever touched. */
const mark = '.opdomain';
const lock = '.opdomain-in-use';
/** Whoever was told to end, or lost the terminal, is gone by then. */
const patienceSeconds = 60;

/**
 * Does `work` in a folder that one process at a time uses. Where another one uses it, its end is awaited for a minute.
 * @throws FolderError for a folder that holds something else, or that another process goes on using.
 */
export async function inFolder<T>(use: FolderUse, work: () => Promise<T>): Promise<T> {
  const { dir } = use;
  await mkdir(dir, { recursive: true });
  const found = await readdir(dir);
  if (!found.includes(mark) && found.some((name) => !name.startsWith(mark)))
    throw new FolderError(`${dir} holds something else than opdomain's data: name an empty or a new folder`);
  let waited = 0;
  const patiently = (): void => {
    use.signal.throwIfAborted();
    if (waited++ === 0) use.say(`waiting for another process that uses ${dir}`);
    if (waited > patienceSeconds) throw new FolderError(`${dir} is in use by another process: end that one first, or name another folder`);
  };
  const held = async (): Promise<T> => {
    await writePrivateOnce(join(dir, mark), 'The folder of an opdomain profile.\n');
    try {
      return await work();
    } finally {
      if (!use.keep) await emptyFolder(dir, [lock]);
    }
  };
  try {
    return await exclusively(join(dir, lock), held, patiently);
  } finally {
    // Not empty where it is kept, or where somebody who waited has taken it up.
    await rmdir(dir).catch(() => undefined);
  }
}

/** Removes what lies in the folder, but for the signs of whose it is. */
export async function emptyFolder(dir: string, but: readonly string[] = [mark, lock]): Promise<void> {
  for (const name of (await readdir(dir)).filter((entry) => !but.includes(entry)))
    // What is just ending may still write its last file.
    await rm(join(dir, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
