import { randomUUID } from 'node:crypto';
import { link, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { refuse } from './refusals.js';

const waitMs = 15_000;
/** The lock is held for one small write: a lock as old as this was left behind, even if its process id lives on as another process. */
const staleMs = 60_000;

/**
 * Runs `work` while a lock file stands, which keeps the processes of one machine apart. A lock whose process has died is taken over.
 * `stillHeld` lets the work make sure, just before its effect, that nobody took the lock from it.
 * @throws Refusal `keys.busy` after 15 seconds of waiting.
 */
export async function withFileLock<T>(path: string, work: (stillHeld: () => Promise<void>) => Promise<T>): Promise<T> {
  const token = `${process.pid} ${randomUUID()}`;
  const mine = `${path}.${randomUUID()}`;
  await writeFile(mine, token, { flag: 'wx', mode: 0o600 });
  try {
    await acquire(path, mine);
  } finally {
    await unlink(mine);
  }
  const held = async (): Promise<boolean> => (await contentOf(path)) === token;
  try {
    return await work(async () => {
      if (!(await held())) throw refuse('keys.busy', { lock: path });
    });
  } finally {
    if (await held()) await unlink(path);
  }
}

/** link is atomic and fails if the name is taken: nobody ever sees a lock without its token. */
async function acquire(path: string, mine: string): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!(await succeeds(link(mine, path)))) {
    if (performance.now() > deadline) throw refuse('keys.busy', { lock: path });
    await takeOverIfLeft(path);
    await delay(2 + Math.random() * 10);
  }
}

async function takeOverIfLeft(path: string): Promise<void> {
  const seen = await contentOf(path);
  if (seen === undefined || !(await isLeft(path, seen))) return;
  const aside = `${path}.${randomUUID()}`;
  if (!(await succeeds(rename(path, aside)))) return;
  // Another process may have taken over and locked anew between our look and our rename: then its lock goes back.
  if ((await contentOf(aside)) !== seen) await link(aside, path).catch(() => undefined);
  await unlink(aside);
}

async function isLeft(path: string, token: string): Promise<boolean> {
  const age = await stat(path).then(
    (s) => Date.now() - s.mtimeMs,
    () => 0,
  );
  return age > staleMs || !isAlive(Number(token.split(' ')[0]));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

const contentOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

const succeeds = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );
