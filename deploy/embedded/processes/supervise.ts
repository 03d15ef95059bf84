import type { ChildProcess } from 'node:child_process';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readIfThere, writePrivate } from './files.js';
import { identify, identifySelf, isRunning, type ProcessIdentity } from './identity.js';
import { tiedSpawn } from './tied-spawn.js';

export interface ServerSpec {
  /** Names `<dir>/<name>.pid` and `<dir>/logs/<name>.log`. */
  readonly name: string;
  readonly dir: string;
  readonly command: string;
  /** Never a secret: every user of the machine can read an argument list. */
  readonly args: readonly string[];
  /** Added to a bare environment; nothing of ours is passed on, because these servers all read settings from theirs. */
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Resolves when the server serves, rejects while it does not; called again until then. One that does neither is not waited for longer. */
  readonly ready: () => Promise<void>;
  readonly readyWithinSeconds: number;
  /** Tried in order, each for `stopWithinSeconds`; SIGKILL follows. */
  readonly stopSignals?: readonly ('SIGTERM' | 'SIGINT' | 'SIGQUIT')[];
  readonly stopWithinSeconds?: number;
  /** What ends it where this process is gone without having done so; TERM unless said otherwise. */
  readonly onOrphaned?: 'TERM' | 'INT' | 'KILL';
  /** Ends the wait for `ready`, and the server with it. */
  readonly signal?: AbortSignal | undefined;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningServer {
  readonly name: string;
  readonly pid: number;
  readonly logPath: string;
  /** Resolves when the process is gone, wanted or not. Never rejects. */
  readonly exited: Promise<Exit>;
  /** Ends the process and waits until it is gone. May be called more than once. */
  stop(): Promise<void>;
}

interface PidFile {
  readonly server: ProcessIdentity;
  readonly owner: ProcessIdentity;
}

const logLimitBytes = 16 * 1024 * 1024;
const pidPath = (dir: string, name: string) => join(dir, `${name}.pid`);

/** Starts a server, after ending the one that a killed predecessor of this process may have left on the same folder. */
export async function supervise(spec: ServerSpec): Promise<RunningServer> {
  const { name, dir } = spec;
  spec.signal?.throwIfAborted();
  await endLeftover(dir, name, spec.stopSignals);
  const log = await openLog(dir, name);
  let child: ChildProcess;
  let exited: Promise<Exit>;
  try {
    child = tiedSpawn(spec.command, spec.args, spec.onOrphaned ?? 'TERM', {
      cwd: dir,
      // A group of its own: Ctrl-C in the terminal reaches us alone, and we end the servers in their order.
      detached: true,
      stdio: ['ignore', log.handle.fd, log.handle.fd],
      env: { PATH: process.env.PATH, HOME: dir, LANG: 'C.UTF-8', TZ: 'UTC', ...spec.env },
      ...spec.user,
    });
    // Before anything is awaited: a process may end within any wait, and says so once.
    exited = exitOf(child);
  } finally {
    await log.handle.close();
  }
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${name}: ${spec.command} could not be started`);
  const server = await identify(pid);
  if (server !== undefined)
    await writePrivate(pidPath(dir, name), JSON.stringify({ server, owner: await identifySelf() } satisfies PidFile));

  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      if (server !== undefined) await end(server, spec.stopSignals, spec.stopWithinSeconds);
      await exited;
      await rm(pidPath(dir, name), { force: true });
    })());
  const running: RunningServer = { name, pid, logPath: log.path, exited, stop };
  try {
    await untilReady(spec, exited);
  } catch (error) {
    await stop();
    spec.signal?.throwIfAborted();
    throw new Error(`${name} did not start: ${(error as Error).message}\n${await logTail(log.path)}`, { cause: error });
  }
  return running;
}

/**
 * Ends the server that `<dir>/<name>.pid` names, if it is still the same process, and nothing else.
 * @throws where the process that started it is alive: then the folder is in use, not left over.
 */
export async function endLeftover(dir: string, name: string, signals?: ServerSpec['stopSignals']): Promise<void> {
  const noted = await readIfThere(pidPath(dir, name));
  if (noted === undefined) return;
  const { server, owner } = JSON.parse(noted) as PidFile;
  if (await isRunning(server)) {
    if (await isRunning(owner))
      throw new Error(`${name} in ${dir} is in use by process ${owner.pid}; end that one first, or choose another folder`);
    await end(server, signals);
  }
  await rm(pidPath(dir, name), { force: true });
}

const exitOf = (child: ChildProcess): Promise<Exit> =>
  new Promise((resolve) => {
    child.once('exit', (code, by) => {
      resolve({ code, signal: by });
    });
    child.once('error', () => {
      resolve({ code: null, signal: null });
    });
  });

async function end(server: ProcessIdentity, signals: ServerSpec['stopSignals'] = ['SIGTERM'], withinSeconds = 15): Promise<void> {
  for (const signal of [...signals, 'SIGKILL'] as const) {
    if (!(await isRunning(server))) return;
    try {
      process.kill(server.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    const deadline = Date.now() + withinSeconds * 1_000;
    while (Date.now() < deadline && (await isRunning(server))) await pause(20);
  }
  if (await isRunning(server)) throw new Error(`Process ${server.pid} did not end on SIGKILL`);
}

async function untilReady(spec: ServerSpec, exited: Promise<Exit>): Promise<void> {
  const deadline = Date.now() + spec.readyWithinSeconds * 1_000;
  let gone: Exit | undefined;
  const ended = exited.then((exit) => {
    gone = exit;
    return 'it ended';
  });
  for (let wait = 25; ; wait = Math.min(wait * 1.5, 250)) {
    spec.signal?.throwIfAborted();
    const ready = spec.ready().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const failure = await Promise.race([ready, ended, silentUntil(deadline, spec.signal)]);
    // Asked in this order: a stranger on the same port may answer for a server of ours that has just ended.
    if (gone !== undefined) throw new Error(`it ended with ${gone.signal ?? `code ${String(gone.code)}`}`);
    if (failure === undefined) return;
    if (Date.now() > deadline) throw new Error(`not ready after ${spec.readyWithinSeconds} s: ${failure}`);
    await pause(wait);
  }
}

/** Resolves at the deadline, for a server that takes a question and never answers it. @throws AbortError */
async function silentUntil(deadline: number, signal?: AbortSignal): Promise<string> {
  await pause(Math.max(0, deadline - Date.now()) + 1, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) });
  return 'no answer';
}

async function openLog(dir: string, name: string) {
  await mkdir(join(dir, 'logs'), { recursive: true });
  const path = join(dir, 'logs', `${name}.log`);
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size > logLimitBytes) await rename(path, `${path}.1`);
  return { path, handle: await open(path, 'a', 0o600) };
}

async function logTail(path: string): Promise<string> {
  const lines = (await readFile(path, 'utf8').catch(() => '')).trimEnd().split('\n');
  return [`Last lines of ${path}:`, ...lines.slice(-12)].join('\n');
}
