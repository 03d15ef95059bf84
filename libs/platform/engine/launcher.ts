import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refuse } from './refusals.js';
import { nameless, type Scratch } from './scratch.js';

/** What a process of the engine is started for. */
export interface Launch {
  readonly script: 'child' | 'probe';
  /** Descriptors that it inherits as `firstFile` and the following: the files of its job. */
  readonly files: readonly number[];
  readonly memoryMb: number;
  /** The most that one of its files, and its spill, may hold. */
  readonly scratchBytes: number;
}
/** Below are the job, two outputs that nobody reads, the frames, and bubblewrap's filter. */
export const firstFile = 5;

/** What DuckDB cannot hold in memory: the folder as the process sees it, and whether DuckDB must encrypt what it writes there. */
export interface Spill {
  readonly folder: string;
  readonly encrypted: boolean;
}

/** Starts the engine's processes: job on descriptor 0, frames on descriptor 3, no environment, a process group of its own. */
export interface Launcher {
  /** As run records name it. */
  readonly name: string;
  /** The user that the child is outside, where it is another than ours: its scratch must belong to it. */
  readonly owner: number | undefined;
  /** What a worker that is killed leaves of its runs' data, for evidence. */
  readonly remains: string;
  spillOf(scratch: Scratch): Spill;
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

/** Where util-linux can have the kernel kill the child with its parent, it does; elsewhere the child sees its standard input end. */
const unwalled = `ulimit -c 0; setpriv --pdeathsig KILL true 2>/dev/null && exec setpriv --pdeathsig KILL "$@"; exec "$@"`;

/** A process without walls: for a computer that has none, and where the configuration allows that. */
export const unconfined: Launcher = {
  name: 'no sandbox',
  owner: undefined,
  remains: nameless ? 'spill that is encrypted, and no plaintext' : 'plaintext by name until the next start',
  // A folder that outlives the process: encrypted with a key that DuckDB draws in its own memory.
  spillOf: ({ folder }) => ({ folder: join(folder, 'spill'), encrypted: true }),
  start: ({ script, files, memoryMb }) =>
    spawn('/bin/sh', ['-c', unwalled, 'engine', process.execPath, ...nodeArguments(memoryMb), scriptFile(script)], {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', 'pipe', 'ignore', ...files],
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
