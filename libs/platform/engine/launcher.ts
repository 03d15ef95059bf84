import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { refuse } from './refusals.js';

/** What a process of the engine is started for. */
export interface Launch {
  readonly script: 'child' | 'probe';
  /** The one folder that it may write. */
  readonly scratch: string;
  readonly memoryMb: number;
  /** The most that one of its files may hold. */
  readonly fileBytes: number;
}

/** Starts the engine's processes: job on descriptor 0, frames on descriptor 3, no environment, a process group of its own. */
export interface Launcher {
  /** As run records name it. */
  readonly name: string;
  /** The user that the child is outside, where it is another than ours: its scratch must belong to it. */
  readonly owner: number | undefined;
  start(launch: Launch): ChildProcess;
}

/**
 * Beside this file stands the compiled script in dist, and its source, which node runs by stripping types, in a checkout.
 * @throws Refusal `engine.job-invalid`
 */
export function scriptFile(script: Launch['script']): string {
  const found = ['js', 'ts']
    .map((ending) => fileURLToPath(new URL(`./${script}.${ending}`, import.meta.url)))
    .find((path) => existsSync(path));
  if (found === undefined) throw refuse('engine.job-invalid', { reason: 'child-missing' });
  return found;
}

export const nodeArguments = (memoryMb: number): string[] => [
  '--disable-sigusr1',
  `--max-old-space-size=${String(Math.max(256, Math.ceil(memoryMb / 2)))}`,
];

/** A process without walls: for a computer that has none, and where the configuration allows that. */
export const unconfined: Launcher = {
  name: 'no sandbox',
  owner: undefined,
  start: ({ script, memoryMb }) =>
    spawn('/bin/sh', ['-c', 'ulimit -c 0; exec "$@"', 'engine', process.execPath, ...nodeArguments(memoryMb), scriptFile(script)], {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    }),
};

/** The child with everything that it started. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
