import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exclusively } from '../processes/exclusive.js';
import { isThere } from '../processes/files.js';
import { projectRoot } from '../processes/project-root.js';
import { TiedRunError, tiedRun } from '../processes/tied-spawn.js';
import { toolCache, whileWaiting } from './cache.js';
import { reporting, type Report } from './progress.js';
import { ToolUnavailableError } from './unavailable.js';

const run = promisify(execFile);

/** Names every package by version and digest. */
const requirements = join(projectRoot, 'test', 'fuzz', 'requirements.txt');
const oldestPython = 11;
const usualSeconds = 40;
const installWithinMs = 300_000;

/** How it is started: a Python of its own, which has it. */
export interface Schemathesis {
  readonly python: string;
  readonly args: readonly string[];
}

/**
 * Schemathesis, which asks an API from its own description; for tests alone. Installed once into a Python environment of its own in the cache.
 * @throws ToolUnavailableError where Python 3.11 with venv and pip is missing, or the packages do not arrive in five minutes.
 */
export async function ensureSchemathesis(report: Report, signal?: AbortSignal): Promise<Schemathesis> {
  const python = await findPython();
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .update(python.version)
    .digest('hex');
  const home = join(toolCache(), `schemathesis-${digest.slice(0, 16)}`);
  if (!(await isThere(home)))
    await exclusively(
      `${home}.lock`,
      async () => {
        if (await isThere(home)) return;
        await reporting(report, 'schemathesis', usualSeconds, ['installing', 'installed'], () => install(python.command, home, signal));
      },
      whileWaiting('schemathesis', usualSeconds, report, signal),
    );
  return {
    python: join(home, 'bin', 'python'),
    args: ['-c', 'from schemathesis.cli import schemathesis; schemathesis(prog_name="schemathesis")'],
  };
}

async function findPython(): Promise<{ readonly command: string; readonly version: string }> {
  const asked = ['-c', 'import sys, venv, ensurepip; print(sys.executable, *sys.version_info[:3])'];
  const said = await run('python3', asked).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  const [, command, major, minor, patch] = /^(.+) (\d+) (\d+) (\d+)$/.exec(said) ?? [];
  if (command === undefined) throw unavailable('no python3 with venv and pip is on the PATH');
  const version = `${String(major)}.${String(minor)}.${String(patch)}`;
  if (major !== '3' || Number(minor) < oldestPython) throw unavailable(`the python3 on the PATH is ${version}`);
  return { command, version };
}

const unavailable = (why: string): ToolUnavailableError =>
  new ToolUnavailableError('schemathesis', `Schemathesis needs Python 3.${String(oldestPython)} or newer with venv and pip: ${why}`);

/** `home` appears whole or not at all. To be called while holding its lock. */
async function install(python: string, home: string, signal: AbortSignal | undefined): Promise<void> {
  const shelf = toolCache();
  await mkdir(shelf, { recursive: true });
  for (const left of (await readdir(shelf)).filter((name) => name.startsWith('schemathesis.draft-')))
    await rm(join(shelf, left), { recursive: true, force: true });
  const draft = await mkdtemp(join(shelf, 'schemathesis.draft-'));
  const within = {
    env: process.env,
    signal: AbortSignal.any([AbortSignal.timeout(installWithinMs), ...(signal === undefined ? [] : [signal])]),
  };
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--require-hashes'];
  try {
    await tiedRun(python, ['-m', 'venv', draft], 'TERM', within);
    await tiedRun(join(draft, 'bin', 'python'), [...pip, '-r', requirements], 'TERM', within);
    await rename(draft, home);
  } catch (error) {
    signal?.throwIfAborted();
    throw unavailable(
      error instanceof TiedRunError ? error.message : `it was not installed within ${String(installWithinMs / 60_000)} minutes`,
    );
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
