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
