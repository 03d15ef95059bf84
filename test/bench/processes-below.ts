import { readdirSync, readFileSync } from 'node:fs';

/** What all processes below this one hold and have used of a processor. */
export function below(pid: number): { readonly bytes: number; readonly seconds: number } {
  const sum = { bytes: 0, seconds: 0 };
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const field = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
      if (field('PPid') !== pid) continue;
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number); // prettier-ignore
      const more = below(Number(name));
      sum.bytes += field('VmRSS') * 1024 + more.bytes;
      sum.seconds += ((user ?? 0) + (system ?? 0)) / 100 + more.seconds;
    } catch {
      // It ended meanwhile.
    }
  }
  return sum;
}
