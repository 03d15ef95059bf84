import { refuse } from '../refusals.js';
import type { Compiled, Tables } from './compiled.js';
import type { DisclosureRule } from './enforce.js';
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
  readonly counts: string;
  readonly filter?: Expression;
  /** Whether those of parts add up to that of the whole. */
  readonly adds: boolean;
}

/** Far more than a table that is read; each pair is counted for every subject. */
const mostPairs = 600;

/** Two cells of a group, the later of which is not shown where fewer than the threshold make the difference. */
export interface Apart {
  readonly later: number;
  readonly earlier: readonly number[];
  /** Rows that make the difference, as SQL over rows with a column `p…` for each measure. */
  readonly sql: string;
}

/**
 * Cells of a group whose difference is another cell: each two of different rows, and a whole and what several parts leave of it.
 * @throws Refusal `coderuns.code-too-complex`
 */
export function cellsApart(cells: readonly ToldCell[]): readonly Apart[] {
  const found: Apart[] = [];
  for (const [i, later] of cells.entries()) {
    const near = cells.slice(0, i).filter((one) => takenFromOneAnother(one.of, later.of) && one.counts !== later.counts);
    for (const earlier of near)
      if (!disjoint(earlier.filter, later.filter))
        found.push({ later: later.at, earlier: [earlier.at], sql: `p${String(earlier.at)} <> p${String(later.at)}` });
    // What all but one of them leave of that one.
    const [whole, ...parts] = [...near.filter(({ filter }) => filter === undefined), ...near.filter(({ filter }) => filter !== undefined)];
    if (whole !== undefined && parts.length > 0)
      found.push({
        later: later.at,
        earlier: near.map(({ at }) => at),
        sql: `p${String(whole.at)} AND NOT (${[...parts, later].map(({ at }) => `p${String(at)}`).join(' OR ')})`,
      });
    if (found.length > mostPairs) throw refuse('coderuns.code-too-complex');
  }
  return found;
}

/** Filters for two values of one thing, as a pivot has them: nothing of one is in the other. */
function disjoint(one: Expression | undefined, other: Expression | undefined): boolean {
  if (one?.is !== 'compare' || other?.is !== 'compare' || !equal.has(one.by) || !equal.has(other.by)) return false;
  const [[a, x], [b, y]] = [one.of, other.of];
  return x.is === 'constant' && y.is === 'constant' && textOf(a) === textOf(b) && textOf(x) !== textOf(y);
}
const equal: ReadonlySet<string> = new Set(['=', 'IS NOT DISTINCT FROM']);

interface Judged {
  readonly keys: readonly string[];
  /** Grouping sets by positions of keys. */
  readonly sets: readonly (readonly number[])[];
  readonly cells: readonly ToldCell[];
}

/** So often is another cell left out before totals are: two margins through one cell can ask for one more each. */
const rounds = 2;

/**
 * Groups with totals over them: where a cell is not shown its total must not give it away. Beside it the smallest that is shown is left
 * out, unless at least two that are not shown have together as many subjects as a cell must have; where that does not settle it the total
 * is left out. Which is the smallest depends on subjects and keys alone, so that it is the same each time.
 * @param judged keys as `k…`, `level`, whether each measure is shown as `o…`, and its subjects as `n…`
 */
export function withoutTotals(tables: Tables, judged: Compiled, { keys, sets, cells }: Judged, rule: DisclosureRule): Compiled {
  const pairs = totalsOf(sets);
  const adding = cells.filter(({ adds }) => adds).map(({ at }) => at);
  if (pairs.length === 0 || adding.length === 0) return judged;
  const levelOf = (set: readonly number[]): string => String(keys.reduce((bits, _, at) => bits * 2 + (set.includes(at) ? 0 : 1), 0));
  let now = judged;
  const replaced = (by: (at: number) => string): string =>
    `SELECT * REPLACE (${adding.map((at) => `${by(at)} AS o${String(at)}`).join(', ')})`;
  /** Whether those not shown of a part of a total give one away, or too few. */
  const tells = (at: number, over: string): string => {
    const out = `NOT coalesce(o${String(at)}, false) AND n${String(at)} > 0`;
    const together = `coalesce(sum(n${String(at)}) FILTER (WHERE ${out})${over}, 0)`;
    return `(count(*) FILTER (WHERE ${out})${over} = 1 OR (${together} > 0 AND ${together} < ${String(rule.threshold)}))`;
  };
  for (let round = 0; round < rounds; round += 1)
    for (const { total, parts } of pairs) {
      const by = ['level', ...total.map((key) => keys[key] ?? '')].join(', ');
      const order = (at: number): string => ['n' + String(at), ...keys].join(', ');
      const more = adding.flatMap((at) => [
        `${tells(at, ` OVER (PARTITION BY ${by})`)} AS x${String(at)}`,
        `row_number() OVER (PARTITION BY ${by}, coalesce(o${String(at)}, false) ORDER BY ${order(at)}) AS r${String(at)}`,
      ]);
      const ranked = tables.add(`SELECT *, ${more.join(', ')} FROM ${now.name}`, now.shape);
      const extra = adding.flatMap((at) => [`x${String(at)}`, `r${String(at)}`]).join(', ');
      now = tables.add(
        `SELECT * EXCLUDE (${extra}) REPLACE (${adding.map((at) => `o${String(at)} AND NOT (level = ${levelOf(parts)} AND x${String(at)} AND r${String(at)} = 1) AS o${String(at)}`).join(', ')}) FROM ${ranked.name}`,
        now.shape,
        true,
      );
    }
  for (const { total, parts } of pairs) {
    const own = total.map((key) => keys[key] ?? '');
    const told = tables.add(
      `SELECT ${[...own, ...adding.map((at) => `${tells(at, '')} AS x${String(at)}`)].join(', ')} FROM ${now.name} WHERE level = ${levelOf(parts)}${own.length === 0 ? '' : ` GROUP BY ${own.join(', ')}`}`,
      now.shape,
    );
    const meet = [`g.level = ${levelOf(total)}`, ...own.map((key) => `g.${key} IS NOT DISTINCT FROM t.${key}`)].join(' AND ');
    now = tables.add(
      `${replaced((at) => `g.o${String(at)} AND NOT coalesce(t.x${String(at)}, false)`).replace('SELECT *', 'SELECT g.*')} FROM ${now.name} AS g LEFT JOIN ${told.name} AS t ON ${meet}`,
      now.shape,
      true,
    );
  }
  return tables.share(`SELECT * FROM ${now.name}`, now.shape);
}

/** Sets of keys with those that are their totals, none between them; the finest parts first. */
function totalsOf(sets: readonly (readonly number[])[]) {
  const within = (total: readonly number[], parts: readonly number[]): boolean =>
    total.length < parts.length && total.every((key) => parts.includes(key));
  return sets
    .flatMap((parts) => sets.map((total) => ({ total, parts })))
    .filter(({ total, parts }) => within(total, parts) && !sets.some((one) => within(total, one) && within(one, parts)))
    .sort((a, b) => b.parts.length - a.parts.length);
}
