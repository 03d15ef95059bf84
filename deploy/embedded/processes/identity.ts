import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process id alone is reused by the system; together with the moment the process began it names one process only. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly began: string;
}

const run = promisify(execFile);

/** Linux: boot id and start time in clock ticks (proc(5), field 22 of stat). A zombie counts as gone. */
async function beganOnLinux(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The command name may itself hold spaces and brackets: fields are counted from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X' || ticks === undefined) return undefined;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return `${boot.trim()}:${ticks}`;
}

async function beganElsewhere(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env: { PATH: process.env.PATH, LC_ALL: 'C' } });
    const [state = 'Z', ...start] = stdout.trim().split(/\s+/);
    return state.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return undefined;
  }
}

/** @returns undefined where no such process runs. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const began = await (process.platform === 'linux' ? beganOnLinux(pid) : beganElsewhere(pid));
  return began === undefined ? undefined : { pid, began };
}

export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.began === identity.began;
}

export async function identifySelf(): Promise<ProcessIdentity> {
  const self = await identify(process.pid);
  if (self === undefined) throw new Error('This system does not tell when a process began (/proc or ps is needed)');
  return self;
}
