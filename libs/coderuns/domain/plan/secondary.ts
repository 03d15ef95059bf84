import { refuse } from '../refusals.js';
import type { Source } from './shape.js';
import type { Expression } from './tree.js';
import { textOf } from './sql-text.js';

/** What of a group's cells can be taken from one another: both count, both sum a field, or nobody can tell what one of them computes. */
export const takenFromOneAnother = (one: readonly Source[] | null, other: readonly Source[] | null): boolean =>
  one === null || other === null || (one.length === 0 && other.length === 0) || one.some((field) => other.includes(field));

/** A cell of each group, as far as the others give it away. */
export interface ToldCell {
  /** Its measure's position. */
  readonly at: number;
  readonly of: readonly Source[] | null;
  /** Where a measure stands for it without showing it: that measure's position. */
  readonly by?: number;
  readonly counts: string;
  readonly filter?: Expression;
  /** What a row gives to a sum of one field, as SQL over rows: whoever gives nothing makes no difference. */
  readonly gives?: string;
  /** Whether those of parts add up to that of the whole. */
  readonly adds: boolean;
}

/** Far more than a table that is read has of them; each is counted for every subject. */
const mostApart = 600;
/** So many are tried of more than two cells: what five cells have. */
const mostTogether = 120;

/** Cells that together give away what few people make of them, the latest of which is then not shown. */
export interface Apart {
  readonly later: number;
  readonly earlier: readonly number[];
  /** Rows that are left when some are added and the others taken away, as SQL over rows with a column `p…` for each measure. */
  readonly sql: string;
}

/**
 * What can be made of a group's cells by adding some and taking others away: of each two of different rows, and of more of them together as
 * long as there are not too many. Of five or fewer that is every way; beyond, a whole and what all its parts leave of it as well.
 * @throws Refusal `coderuns.code-too-complex`
 */
export function cellsApart(cells: readonly ToldCell[]): readonly Apart[] {
  const near = cells.map((later, i) => [
    ...new Map(
      cells
        .slice(0, i)
        .filter((one) => takenFromOneAnother(one.of, later.of) && one.counts !== later.counts)
        .map((one) => [one.counts, one]),
    ).values(),
  ]);
  const pairs = cells.flatMap((later, i) =>
    (near[i] ?? []).flatMap((one) => (disjoint(one.filter, later.filter) ? [] : apartOf(later, [[one, -1]]))),
  );
  const wholes = cells.flatMap((later, i) => leftOf(later, near[i] ?? []));
  const found = [...pairs, ...wholes];
  if (found.length > mostApart) throw refuse('coderuns.code-too-complex');
  for (let together = 2; together < cells.length; together += 1) {
    const many = near.reduce((sum, others) => sum + choose(others.length, together) * (2 ** together - 1), 0);
    if (found.length + many > mostTogether) break;
    found.push(...cells.flatMap((later, i) => signed(near[i] ?? [], together).flatMap((others) => apartOf(later, others))));
  }
  return found;
}

type Signed = readonly (readonly [ToldCell, 1 | -1])[];
/** Few whose rows they are, and of sums of one field also few who give anything to it, whoever else is among them. */
function apartOf(later: ToldCell, others: Signed): readonly Apart[] {
  const sum = others.map(([{ at }, sign]) => `${sign > 0 ? '+' : '-'} p${String(at)}::INTEGER`).join(' ');
  const sql = `(p${String(later.at)}::INTEGER ${sum}) <> 0`;
  const of = { later: later.at, earlier: others.map(([{ at }]) => at) };
  const { gives } = later;
  const giving =
    gives !== undefined && others.every(([one]) => one.gives !== undefined)
      ? [{ ...of, sql: `(${sql} AND coalesce(${gives} <> 0, false))` }]
      : [];
  return [{ ...of, sql }, ...giving];
}
/** What all but one of them leave of that one. */
function leftOf(later: ToldCell, near: readonly ToldCell[]): readonly Apart[] {
  const [whole, ...parts] = [...near.filter(({ filter }) => filter === undefined), ...near.filter(({ filter }) => filter !== undefined)];
  if (whole === undefined || parts.length === 0) return [];
  const sql = `p${String(whole.at)} AND NOT (${[...parts, later].map(({ at }) => `p${String(at)}`).join(' OR ')})`;
  return [{ later: later.at, earlier: near.map(({ at }) => at), sql }];
}
/** So many of the cells, each added or taken away, and not all of them added. */
function signed(cells: readonly ToldCell[], many: number): readonly Signed[] {
  if (many === 0) return [[]];
  const all = (of: readonly ToldCell[], left: number): readonly Signed[] =>
    left === 0
      ? [[]]
      : of.flatMap((one, at) =>
          all(of.slice(at + 1), left - 1).flatMap((rest): Signed[] => [
            [[one, 1], ...rest],
            [[one, -1], ...rest],
          ]),
        );
  return all(cells, many).filter((others) => others.some(([, sign]) => sign < 0));
}
const choose = (of: number, many: number): number =>
  many > of ? 0 : Array.from({ length: many }, (_, at) => (of - at) / (at + 1)).reduce((product, one) => product * one, 1);

/** Filters for two values of one thing, as a pivot has them: nothing of one is in the other. */
function disjoint(one: Expression | undefined, other: Expression | undefined): boolean {
  if (one?.is !== 'compare' || other?.is !== 'compare' || !equal.has(one.by) || !equal.has(other.by)) return false;
  const [[a, x], [b, y]] = [one.of, other.of];
  return x.is === 'constant' && y.is === 'constant' && textOf(a) === textOf(b) && textOf(x) !== textOf(y);
}
const equal: ReadonlySet<string> = new Set(['=', 'IS NOT DISTINCT FROM']);
