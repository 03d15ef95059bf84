import { kindOf } from './functions.js';
import { derive, operandsOf, type Column } from './shape.js';
import { textOf } from './sql-text.js';
import type { Expression, Measure } from './tree.js';

/** What a row contributes to a measure, by which one subject's part of it is judged. */
export interface Contribution {
  /** As a number, over the rows below. */
  readonly sql: string;
  /**
   * Judged also by how far it is from the middle of its group: of something computed, a constant added to each row would hide whose the
   * rest is, and of two values that it may have the rarer one says how few have it.
   */
  readonly centred: boolean;
}

/**
 * What each row contributes: one for a count, the value for a sum, each of the values for what two of them fit. Of a sum of several fields
 * each is judged too: one of them can hide the other, and be taken away again.
 */
export function contributionsOf({ name, of }: Measure, columns: readonly Column[]): readonly Contribution[] {
  const kind = kindOf(name);
  if (kind !== 'sums' && kind !== 'fits') return [{ sql: '1', centred: false }];
  const asked = kind === 'sums' ? of.slice(0, 1) : of;
  const all = asked.flatMap((one): readonly Contribution[] =>
    derive(one, columns).plain !== undefined
      ? [{ sql: asNumber(one), centred: false }]
      : [{ sql: asNumber(one), centred: true }, ...addends(one).map((part) => ({ sql: asNumber(part), centred: false }))],
  );
  return [...new Map(all.map((one) => [one.sql, one])).values()];
}

const asNumber = (of: Expression): string => `coalesce(TRY_CAST(${textOf(of)} AS DOUBLE), 1)`;

/** Columns that are added, taken away or multiplied. */
function addends(of: Expression): readonly Expression[] {
  if (of.is === 'column') return [of];
  const linear = of.is === 'cast' || (of.is === 'call' && arithmetic.has(of.name));
  return linear ? operandsOf(of).flatMap(addends) : [];
}
const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/']);

/** Above this a number is not exact enough to tell how far it is from another. */
export const farthestCentre = 1e13;
