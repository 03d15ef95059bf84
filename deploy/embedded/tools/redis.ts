import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { reporting, type Report } from './progress.js';
import { ToolUnavailableError } from './unavailable.js';

const run = promisify(execFile);

/** The absolute path of a Redis or Valkey server; as root on Debian the package is installed where there is none. */
export async function ensureRedis(report: Report): Promise<string> {
  const found = await findRedis();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && (await findOnPath('apt-get')) !== undefined) {
    await reporting(report, 'redis-server', 15, ['installing', 'installed'], installFromDebian);
    const installed = await findRedis();
    if (installed !== undefined) return installed;
  }
  throw new ToolUnavailableError(
    'redis-server',
    'Neither redis-server nor valkey-server is on the PATH. Install one (Debian: apt-get install redis-server; macOS: brew install valkey); it need not run, opdomain starts its own.',
  );
}

const findRedis = async () => (await findOnPath('valkey-server')) ?? (await findOnPath('redis-server'));

async function findOnPath(name: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/bin', '/usr/bin', '/usr/sbin', '/opt/homebrew/bin'];
  for (const folder of folders.filter((entry) => entry.startsWith('/'))) {
    const path = join(folder, name);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/** Debian starts a service on installation unless a policy forbids it: nothing of ours may be left running. */
async function installFromDebian(): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  try {
    const install = () =>
      run('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    await install().catch(async () => {
      await run('apt-get', ['update']);
      await install();
    });
  } catch (error) {
    throw new ToolUnavailableError(
      'redis-server',
      `apt-get could not install redis-server: ${String((error as { stderr?: string }).stderr ?? error)
        .trim()
        .slice(-400)}`,
    );
  } finally {
    if (ours) await rm(policy, { force: true });
  }
}
