import { minus, recurrenceLength } from './field.js';
import type { SealedTable, Sum } from './sealed-map.js';

export interface Differences {
  /** Pairs that differ by at least one subject and by fewer than the threshold. */
  readonly small: number;
  /** Cells that are not shown and that are the difference of two things that are. */
  readonly recomputed: number;
  /** Whether all was compared that may differ by a few. */
  readonly complete: boolean;
}

/** Pairs whose numbers of subjects tell nothing are compared one by one, up to this many. */
const mostPairs = 2_000_000;

/**
 * What can be told of a few subjects by two tables: cells, or what cells add up to, that differ by at least one subject and fewer than
 * `threshold`, and cells that are not shown and are the difference of two that are. By whom they differ is not told to anybody.
 * @param earlier the same table, where what can be told by it alone is asked
 */
export function differencesOf(now: SealedTable, earlier: SealedTable, threshold: number): Differences {
  const most = threshold - 1;
  const terms = Math.min(now.terms, earlier.terms);
  // A recurrence of a few subjects shows only where there are more terms than it takes.
  if (now.key !== earlier.key || !toldAlike(now, earlier) || terms < 2 * most + 2) return { small: 0, recomputed: 0, complete: false };
  const self = now === earlier;
  const [ones, others] = [Map.groupBy(now.sums, inUniverse), Map.groupBy(earlier.sums, inUniverse)];
  let small = 0;
  let left = mostPairs;
  for (const [universe, own] of ones) {
    const found = others.get(universe);
    if (found === undefined) continue;
    const counted = found.filter(({ n }) => n !== undefined).sort((a, b) => (a.n ?? 0) - (b.n ?? 0));
    const loose = found.filter(({ n }) => n === undefined);
    for (const one of own) {
      const near = one.n === undefined ? counted : within(counted, one.n, most);
      left -= loose.length + (one.n === undefined ? counted.length : 0);
      if (left < 0) return { small, recomputed: 0, complete: false };
      for (const list of [near, loose]) for (const other of list) if (one !== other && differByFew(one, other, most, self)) small += 1;
    }
  }
  const recomputed = self
    ? recomputable(now, now.sums, now.sums)
    : recomputable(now, now.sums, earlier.sums) + recomputable(earlier, now.sums, earlier.sums);
  return { small, recomputed, complete: true };
}

const inUniverse = ({ universe }: Sum): string => universe;

/** Rows of a dataset that both have are told in one way by both. */
function toldAlike(now: SealedTable, earlier: SealedTable): boolean {
  return [...now.universes].every(([dataset, told]) => {
    const before = earlier.universes.get(dataset);
    return before === undefined || [...told].some((one) => before.has(one));
  });
}

/** Those whose number of subjects is at most so far from `n`; of a list in the order of their numbers. */
function within(sorted: readonly Sum[], n: number, most: number): readonly Sum[] {
  const from = firstAt(sorted, n - most);
  let until = from;
  while (until < sorted.length && (sorted[until]?.n ?? 0) <= n + most) until += 1;
  return sorted.slice(from, until);
}
function firstAt(sorted: readonly Sum[], n: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.n ?? 0) < n) low = middle + 1;
    else high = middle;
  }
  return low;
}

function differByFew(one: Sum, other: Sum, most: number, self: boolean): boolean {
  // Parts of one margin have nobody's rows in common; how many subjects they have says nothing of single ones.
  if (self && one.place === other.place) return false;
  if (!comparable(one, other) || farApart(one, other, most)) return false;
  return few(one.rows, other.rows, most) || ((one.counted || other.counted) && few(one.people, other.people, most));
}
/** Whether how many they are of each class shows that more differ than a few. */
function farApart(one: Sum, other: Sum, most: number): boolean {
  if (one.n === undefined || other.n === undefined) return false;
  let apart = 0;
  for (let at = 0; at < one.classes.length && apart <= most; at += 1) {
    const less = (one.classes[at] ?? 0) - (other.classes[at] ?? 0);
    apart += less < 0 ? -less : less;
  }
  return apart > most;
}
/** Whether one can be taken from the other: both count, both sum a field's values, or nobody can tell what one of them computes. */
const comparable = ({ of: one }: Sum, { of: other }: Sum): boolean =>
  one === null || other === null || (one.length === 0 && other.length === 0) || one.some((field) => other.includes(field));
function few(one: Int32Array, other: Int32Array, most: number): boolean {
  return (recurrenceLength(lessOf(one, other), most) ?? 0) > 0;
}

/**
 * How many hidden cells of a table are one sum less another. What adds up cells of a measure that is shown for the hidden cell's very rows says
 * of these rows what that cell says, whatever is taken from it: a mean that is held back is not told by how many there are beside it.
 */
function recomputable({ hidden }: SealedTable, ones: readonly Sum[], others: readonly Sum[]): number {
  if (hidden.length === 0) return 0;
  // Measures of two tables are never one, whatever they compute.
  const of = (sums: readonly Sum[], table: string) =>
    sums.map((sum) => ({ ...sum, measures: sum.measures.map((one) => `${table} ${one}`) }));
  const sums = Map.groupBy([...of(ones, 'one'), ...(ones === others ? [] : of(others, 'other'))], inUniverse);
  let left = mostPairs;
  return hidden.filter((cell) => {
    const told = (sums.get(cell.universe) ?? [])
      .filter((sum) => comparable(sum, cell))
      .map(({ rows, shown, measures }) => ({ rows, text: rows.join(' '), shown, measures }));
    left -= told.length;
    const known = new Set(told.map(({ text }) => text));
    const itself = cell.rows.join(' ');
    const beside = new Set(told.filter(({ text, shown }) => shown && text === itself).flatMap(({ measures }) => measures));
    return (
      left < 0 ||
      told.some(({ rows, measures }) => measures.some((one) => !beside.has(one)) && known.has(lessOf(rows, cell.rows).join(' ')))
    );
  }).length;
}
function lessOf(one: Int32Array, other: Int32Array): Int32Array {
  const length = Math.min(one.length, other.length);
  const less = new Int32Array(length);
  for (let at = 0; at < length; at += 1) less[at] = minus(one[at] ?? 0, other[at] ?? 0);
  return less;
}
