import { conditionsOf } from './forms.js';
import { operandsOf, type Column, type Shape, type Source } from './shape.js';
import type { Expression, Measure } from './tree.js';

/** Cells that a measure stands for beside its own: the rows that meet each condition in it, and those that do not. */
export function impliedBy(measures: readonly Measure[], { columns }: Shape) {
  return measures.flatMap((measure, by) =>
    conditionsOf(measure, columns).flatMap((condition) => {
      const met: Expression = { is: 'logic', by: 'COALESCE', of: [condition, { is: 'constant', sql: 'false' }] };
      const there = measure.of.map((one): Expression => ({ is: 'logic', by: 'IS NOT NULL', of: [one] }));
      const also = [...(measure.filter === undefined ? [] : [measure.filter]), ...there];
      return [met, { is: 'logic', by: 'NOT', of: [met] } as const].map((one) => ({
        by,
        of: addedUp(measure, columns),
        measure: {
          name: 'count_star',
          of: [],
          distinct: false,
          filter: { is: 'logic', by: 'AND', of: [one, ...also, one] },
        } satisfies Measure,
      }));
    }),
  );
}
/** The fields that a measure adds up, whatever decides which of them. */
function addedUp({ of }: Measure, columns: readonly Column[]): readonly Source[] {
  const within = (one: Expression): readonly Source[] => {
    if (one.is === 'column') return [...(columns[one.at]?.sources ?? [])];
    if (one.is === 'compare' || (one.is === 'logic' && one.by !== 'COALESCE')) return [];
    return one.is === 'case' ? [...one.when.map(([, then]) => then), one.otherwise].flatMap(within) : operandsOf(one).flatMap(within);
  };
  return [...new Set(of.flatMap(within))].sort();
}
