import type { ColumnProfile, ColumnStatistics, SourceMeasure } from './row-match.js';

/** So many values are spread exactly alike by no chance. */
const leastExactly = 10;
/** Of a recoding with exceptions: so many values, so much of the rows of either side, and so much of them in values that come again. */
const leastValues = 50;
const leastShare = 0.95;
const leastRepeated = 0.5;
/** A column that holds most of its values as the source has them was not recoded: the row match judges it. */
const mostKept = 0.5;

/**
 * Columns whose values are spread alike over equally many rows: one stands for the other, whatever it was replaced by; and columns of which
 * that is true but for a few rows. Columns in which no value comes again are alike whatever they hold, and say something only where they
 * have exactly the rows of the source.
 */
export function findBijections(profile: ColumnProfile): SourceMeasure['bijections'] {
  const kept = (e: number, s: number): number =>
    Math.max(0, ...profile.hits.filter((hit) => hit.exportColumn === e && hit.sourceColumn === s).map(({ values }) => values));
  return profile.exported.flatMap((exported, e) =>
    profile.source
      .filter((source, s) => {
        const exactly = exported.distinct >= leastExactly && source.rows === exported.rows && source.frequencies === exported.frequencies;
        return exactly ? kept(e, s) < exported.distinct : kept(e, s) < mostKept * exported.distinct && isNearly(exported, source);
      })
      .slice(0, 1)
      .map((source) => ({ column: exported.name, sourceColumn: source.name })),
  );
}

function isNearly(one: ColumnStatistics, other: ColumnStatistics): boolean {
  if (Math.min(one.distinct, other.distinct) < leastValues) return false;
  if (Math.min(one.filled, other.filled) < leastShare * Math.max(one.filled, other.filled)) return false;
  const [a, b] = [spreadOf(one), spreadOf(other)];
  const repeated = (of: Spread, rows: number): boolean => rows - (of.find(([often]) => often === 1)?.[1] ?? 0) >= leastRepeated * rows;
  return repeated(a, one.filled) && repeated(b, other.filled) && alike(a, b) >= leastShare * Math.max(one.filled, other.filled);
}

/** Pairs of how often and how many values, the most frequent last. */
type Spread = readonly (readonly [often: number, many: number])[];
const spreadOf = ({ frequencies }: ColumnStatistics): Spread =>
  frequencies
    .split(',')
    .map((one) => one.split('x').map(Number) as [number, number])
    .sort((a, b) => a[0] - b[0]);

/** How many rows agree at most where each value of one stands for one of the other: the most frequent for the most frequent, and so on. */
function alike(a: Spread, b: Spread): number {
  const steps = [...new Set([...a, ...b].map(([often]) => often))].sort((x, y) => x - y);
  const from = (of: Spread): ((often: number) => number) => {
    let [at, left] = [0, of.reduce((sum, [, many]) => sum + many, 0)];
    return (often) => {
      for (; (of[at]?.[0] ?? Infinity) < often; at += 1) left -= of[at]?.[1] ?? 0;
      return left;
    };
  };
  const [inA, inB] = [from(a), from(b)];
  return steps.reduce((sum, often, at) => sum + (often - (steps[at - 1] ?? 0)) * Math.min(inA(often), inB(often)), 0);
}
