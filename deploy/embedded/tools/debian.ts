import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { reporting, type Report } from './progress.js';
import { ToolUnavailableError } from './unavailable.js';

const run = promisify(execFile);

/** A program of the system's: what finds it, which package brings it, and what a person is told where it cannot be had. */
export interface SystemProgram {
  readonly name: string;
  readonly find: () => Promise<string | undefined>;
  readonly packages: readonly string[];
  readonly advice: string;
}

/** The absolute path of a program; as root on Debian its package is installed where there is none. @throws ToolUnavailableError */
export async function ensureProgram({ name, find, packages, advice }: SystemProgram, report: Report): Promise<string> {
  const found = await find();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && (await findOnPath('apt-get')) !== undefined) {
    await reporting(report, name, 15, ['installing', 'installed'], () => installFromDebian(name, packages));
    const installed = await find();
    if (installed !== undefined) return installed;
  }
  throw new ToolUnavailableError(name, advice);
}

export async function findOnPath(name: string): Promise<string | undefined> {
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
async function installFromDebian(name: string, packages: readonly string[]): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  try {
    const install = () =>
      run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    await install().catch(async () => {
      await run('apt-get', ['update']);
      await install();
    });
  } catch (error) {
    throw new ToolUnavailableError(
      name,
      `apt-get could not install ${packages.join(' ')}: ${String((error as { stderr?: string }).stderr ?? error)
        .trim()
        .slice(-400)}`,
    );
  } finally {
    if (ours) await rm(policy, { force: true });
  }
}
