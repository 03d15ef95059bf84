import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);

/** PostgreSQL refuses to run as root: then a system user without home and shell runs it. @returns undefined where we are not root. */
export async function databaseUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const name = 'postgres';
  const known = await lookUp(name);
  if (known !== undefined) return known;
  await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    name,
  ]);
  const made = await lookUp(name);
  if (made === undefined) throw new Error(`The system user ${name} could not be made; run opdomain as another user than root`);
  return made;
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const id = async (flag: string) => Number((await run('id', [flag, name])).stdout);
  return id('-u').then(
    async (uid) => ({ name, uid, gid: await id('-g') }),
    () => undefined,
  );
}

/** The first folder on the way to `path`, itself included, that the user cannot pass; undefined if the way is open. */
export async function blockedFor(user: SystemUser, path: string): Promise<string | undefined> {
  const above = dirname(path);
  const blocked = above === path ? undefined : await blockedFor(user, above);
  if (blocked !== undefined) return blocked;
  const { mode, uid, gid } = await stat(path);
  const passes = uid === user.uid ? mode & 0o100 : gid === user.gid ? mode & 0o010 : mode & 0o001;
  return passes === 0 ? path : undefined;
}
