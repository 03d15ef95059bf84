import { cpus, loadavg, totalmem } from 'node:os';

/** One figure. `goal` says on which side of `target` it is to lie; a figure without either is for information and always ok. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: number | null;
  readonly goal: 'at most' | 'at least' | null;
  readonly ok: boolean;
}
export interface SuiteReport {
  readonly suite: string;
  /** Processors, memory, and how busy the machine was with everything together, before and after. */
  readonly machine: string;
  readonly rows: readonly Row[];
}
export type Say = (text: string) => void;

export const atMost = (name: string, value: number, unit: string, target: number): Row => ({
  name,
  value: Math.round(value),
  unit,
  target,
  goal: 'at most',
  ok: value <= target,
});
export const figure = (name: string, value: number, unit: string): Row => ({
  name,
  value: Math.round(value * 10) / 10,
  unit,
  target: null,
  goal: null,
  ok: true,
});

/** The value that a share of all does not exceed (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

const busy = (): string => (loadavg()[0] ?? 0).toFixed(1);

/** Says what the figures were measured on. @returns what completes it once they are there */
export function machine(): () => string {
  const processors = cpus();
  const before = busy();
  return () =>
    `${String(processors.length)} × ${processors[0]?.model.trim() ?? 'unknown'}, ${String(Math.round(totalmem() / 2 ** 30))} GiB, Node ${process.versions.node}, load ${before} before and ${busy()} after`;
}

export function table({ suite, machine: on, rows }: SuiteReport): string {
  const lines = rows.map(({ name, value, unit, target, goal, ok }) => [
    ok ? 'ok' : 'missed',
    name,
    `${String(value)} ${unit}`,
    target === null || goal === null ? '' : `${goal} ${String(target)} ${unit}`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const print = (line: string[]): string =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [`${suite} (${on})`, ...lines.map(print), ''].join('\n');
}
