import { normalText } from '#kernel';
import type { FrequencyTable } from './frequency-scan.js';

export interface SmallDifference {
  readonly column: string;
  /** The dimensions that both tables have and over which they were summed; none: the grand totals. */
  readonly by: readonly string[];
  readonly cells: number;
}

const keyOf = (parts: readonly string[]): string => JSON.stringify(parts.map(normalText));

/** Sums of a count over the shared dimensions; a group with a suppressed cell in it has no sum. */
function sums(table: FrequencyTable, by: readonly string[], count: number): Map<string, number | null> {
  const positions = by.map((name) => table.dimensions.findIndex((dimension) => normalText(dimension) === normalText(name)));
  const found = new Map<string, number | null>();
  for (const row of table.rows) {
    const key = keyOf(positions.map((position) => row.key[position] ?? ''));
    const value = row.values[count] ?? null;
    const sum = found.get(key);
    found.set(key, value === null || sum === null ? null : (sum ?? 0) + value);
  }
  return found;
}

/**
 * Cells of two tables of counts that differ by at least one and fewer than `threshold`: someone who has both knows what those few
 * have in common. Tables are laid over one another on the dimensions they share, and summed over the others.
 */
export function compareTables(now: FrequencyTable, earlier: FrequencyTable, threshold: number): readonly SmallDifference[] {
  const by = now.dimensions.filter((name) => earlier.dimensions.some((other) => normalText(other) === normalText(name)));
  const differences: SmallDifference[] = [];
  now.counts.forEach((column, index) => {
    const other = earlier.counts.findIndex((name) => normalText(name) === normalText(column));
    const counted = other >= 0 ? other : earlier.counts.length === 1 && now.counts.length === 1 ? 0 : -1;
    if (counted < 0) return;
    const before = sums(earlier, by, counted);
    let cells = 0;
    for (const [key, value] of sums(now, by, index)) {
      const was = before.get(key);
      if (value === null || was === null || was === undefined) continue;
      const difference = Math.abs(value - was);
      if (difference > 0 && difference < threshold) cells += 1;
    }
    if (cells > 0) differences.push({ column, by, cells });
  });
  return differences;
}
