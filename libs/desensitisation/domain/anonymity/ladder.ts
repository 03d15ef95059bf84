import type { ColumnDecision, SchemaColumn, SinglingOut } from '../../contract.js';
import type { Generalisation } from '../techniques/generalise.js';
import type { Rung } from './rungs.js';

/** The rungs of a column, each coarser than the one before; the first is what the plan makes, the last says nothing. */
export type Ladder = readonly [Rung, ...Rung[]];

/** Least and greatest of a column's numbers as they are drawn; undefined where there is none. */
export type Range = readonly [least: number, greatest: number] | undefined;

const made: Rung = { rung: 'made' };
const all: Rung = { rung: 'all' };
const coarser = (to: Generalisation): Rung => ({ rung: 'coarser', to });
const after = <T>(order: readonly T[], one: T): readonly T[] => order.slice(order.indexOf(one) + 1);

function generalisedLadder(to: Generalisation): readonly Rung[] {
  switch (to.by) {
    case 'date':
      return after(['month', 'quarter', 'year', 'decade'] as const, to.unit).map((unit) => coarser({ by: 'date', unit }));
    case 'age-band':
      return [2, 4, 8].map((times) => to.width * times).filter((width) => width < to.top).map((width) => coarser({ ...to, width })); // prettier-ignore
    case 'address':
      return after(['district', 'city', 'province'] as const, to.level).map((level) => coarser({ by: 'address', level }));
    case 'region-code':
      return after([6, 4, 2] as const, to.digits).map((digits) => coarser({ by: 'region-code', digits }));
    case 'bins': {
      const halved = (edges: readonly number[]): readonly Rung[] => {
        const every = edges.filter((_, i) => i % 2 === 1);
        return every.length === 0 ? [] : [coarser({ by: 'bins', edges: every }), ...halved(every)];
      };
      return halved(to.edges);
    }
    case 'hierarchy':
      return [];
  }
}

/**
 * Bins of growing width whose edges are multiples of it, each width a multiple of the one before: a bin lies in one bin of the next.
 * The first width is 1, 2 or 5 times a power of ten, about a sixteenth of the range.
 */
export function widthsOf([least, greatest]: readonly [number, number], whole: boolean): readonly string[] {
  const range = greatest - least;
  if (!(range > 0)) return [];
  const power = Math.min(12, Math.max(whole ? 0 : -9, Math.floor(Math.log10(range / 16))));
  const digit = [1, 2, 5].find((one) => one * 10 ** power >= range / 16) ?? 10;
  const [first, shift] = whole && digit === 1 && power === 0 ? [2n, 0] : [BigInt(digit), power];
  return [1n, 2n, 4n, 8n].map((times) => decimalText(first * times, shift)).filter((width) => Number(width) <= range);
}
const decimalText = (digits: bigint, power: number): string => {
  if (power >= 0) return String(digits * 10n ** BigInt(power));
  const text = String(digits).padStart(1 - power, '0');
  return `${text.slice(0, power)}.${text.slice(power)}`.replace(/0+$/, '').replace(/\.$/, '');
};

/** The level of a declared hierarchy that stands above a column's values, whatever its own technique. */
const declaredLadder = ({ levels }: NonNullable<SinglingOut['hierarchies']>[number]): readonly Rung[] => {
  const height = Object.values(levels)[0]?.length ?? 0;
  return Array.from({ length: height }, (_, level): Rung => ({
    rung: 'level',
    map: Object.fromEntries(Object.entries(levels).map(([value, above]) => [value, above[level] ?? ''])),
  }));
};

/** Whether a column's ladder needs its range. */
export const climbsByNumber = (decision: ColumnDecision, type: SchemaColumn['type'], declared: SinglingOut): boolean =>
  (type === 'integer' || type === 'decimal') && hierarchyOf(declared, decision.column) === undefined;

export const hierarchyOf = (declared: SinglingOut | undefined, column: string) =>
  declared?.hierarchies?.find((hierarchy) => hierarchy.column === column);

/**
 * What a quasi-identifier may become: the steps of its hierarchy where the plan has one, otherwise those that its technique and type have
 * by themselves (day, month, year, decade; wider and wider bins; district, city, province).
 * @param type of what the technique makes
 */
export function ladderOf(decision: ColumnDecision, type: SchemaColumn['type'], declared: SinglingOut, range: Range): Ladder {
  const hierarchy = hierarchyOf(declared, decision.column);
  if (hierarchy !== undefined) return [made, ...declaredLadder(hierarchy), all];
  if (decision.technique.kind === 'generalise') return [made, ...generalisedLadder(decision.technique.to), all];
  if (type === 'date' || type === 'timestamp')
    return [made, ...(['month', 'year', 'decade'] as const).map((of): Rung => ({ rung: 'first-day', of })), all];
  if (type === 'integer' || type === 'decimal')
    return [
      made,
      ...(range === undefined ? [] : widthsOf(range, type === 'integer')).map((width): Rung => ({ rung: 'floor', width })),
      all,
    ];
  return [made, all];
}
