import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';

const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
/** A parent that was gone before the kernel was asked gives no signal any more: then nothing is started. */
const whileParentLives = '[ "$PPID" = "$0" ] && exec "$@"';

/**
 * Starts a process that does not outlive this one: on Linux the kernel sends it `onOrphaned` when this process is
 * gone, however it went (prctl(2) PR_SET_PDEATHSIG, through util-linux' setpriv, which keeps the process id).
 * Elsewhere an orphan stays until the next start on the same folder ends it.
 */
export function tiedSpawn(
  command: string,
  args: readonly string[],
  onOrphaned: 'TERM' | 'INT' | 'KILL',
  options: SpawnOptions,
): ChildProcess {
  if (process.platform !== 'linux' || setpriv === undefined) return spawn(command, args, options);
  const guarded = ['/bin/sh', '-c', whileParentLives, String(process.pid), command, ...args];
  return spawn(setpriv, ['--pdeathsig', onOrphaned, '--', ...guarded], options);
}

/** A tied process ended badly; the message is the last of what it said. */
export class TiedRunError extends Error {
  override readonly name = 'TiedRunError';
}

/**
 * Runs a tied process to its end. `options.signal` ends it early by `onOrphaned`'s signal.
 * @throws TiedRunError where it does not end with 0, the signal's reason where it was aborted.
 */
export function tiedRun(
  command: string,
  args: readonly string[],
  onOrphaned: 'TERM' | 'INT' | 'KILL',
  options: Omit<SpawnOptions, 'stdio' | 'killSignal'>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = tiedSpawn(command, args, onOrphaned, { ...options, stdio: ['ignore', 'ignore', 'pipe'], killSignal: `SIG${onOrphaned}` });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
    });
    let fault: Error | undefined;
    child.once('error', (error) => (fault = error));
    // Also after an abort: whoever ends waits until it has.
    child.once('close', (code, by) => {
      if (options.signal?.aborted === true) reject(options.signal.reason as Error);
      else if (fault !== undefined) reject(fault);
      else if (code === 0) resolve();
      else reject(new TiedRunError(`it ended with ${by ?? `code ${String(code)}`}\n${said.trim().split('\n').slice(-12).join('\n')}`));
    });
  });
}
