import { readdir, readFile } from 'node:fs/promises';

/** Processor time in milliseconds by program, of this process, those below it and PostgreSQL's, which stand under another user. */
export type CpuTimes = ReadonlyMap<string, number>;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly ms: number;
}
/** Linux counts in hundredths of a second wherever user space looks. */
const msPerTick = 10;
const mine = 'api';

/** @param named processes whose program says too little, by pid */
export async function cpuTimes(named: ReadonlyMap<number, string>): Promise<CpuTimes> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = (await Promise.all(pids.map(readProcess))).filter((one) => one !== undefined);
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const below = (pid: number): boolean => pid === process.pid || (pid > 1 && below(parents.get(pid) ?? 0));
  const times = new Map<string, number>();
  for (const { pid, name, ms } of all) {
    if (!below(pid)) continue;
    const program = pid === process.pid ? mine : (named.get(pid) ?? name);
    times.set(program, (times.get(program) ?? 0) + ms);
  }
  return times;
}

async function readProcess(pid: string): Promise<Process | undefined> {
  // It may have ended since the folder was read.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const found = stat === undefined ? null : /^(\d+) \((.*)\) \S (\d+) (.*)$/s.exec(stat);
  if (found === null) return undefined;
  const [, id, name, parent, rest = ''] = found;
  const fields = rest.split(' ');
  // utime, stime and the same of children that ended (PostgreSQL's backends come and go) are fields 14 to 17; `rest` begins with field 5.
  const ticks = fields.slice(9, 13).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number(id), parent: Number(parent), name: name ?? '', ms: ticks * msPerTick };
}

export const spent = (before: CpuTimes, after: CpuTimes): [string, number][] =>
  [...after]
    .map(([program, ms]): [string, number] => [program, ms - (before.get(program) ?? 0)])
    .filter(([, ms]) => ms >= msPerTick)
    .sort(([, a], [, b]) => b - a);
