import type { Compiled, Tables } from './compiled.js';
import type { DisclosureRule } from './enforce.js';
import type { ToldCell } from './secondary.js';

interface Judged {
  readonly keys: readonly string[];
  /** Grouping sets by positions of keys. */
  readonly sets: readonly Keys[];
  readonly cells: readonly ToldCell[];
}
type Keys = readonly number[];
/** A set of keys by which others can be added up, with one of those, none between them. */
interface Adding {
  readonly total: Keys;
  readonly parts: Keys;
}

/** So often is another cell left out before totals are: two margins through one cell can ask for one more each. */
const rounds = 2;

/**
 * Groups with totals over them: where a cell is not shown its total must not give it away. Beside it the smallest that is shown is left
 * out, unless at least two that are not shown have together as many subjects as a cell must have; where that does not settle it the total
 * is left out. Which is the smallest depends on subjects and keys alone, so that it is the same each time. What totals together give away
 * even so shows in the sealed map: then only the finest groups are shown (`finestAlone`).
 * @param judged keys as `k…`, `level`, whether each measure is shown as `o…`, and its subjects as `n…`
 */
export function withoutTotals(tables: Tables, judged: Compiled, { keys, sets, cells }: Judged, rule: DisclosureRule): Compiled {
  const adding = cells.filter(({ adds }) => adds).map(({ at }) => String(at));
  if (sets.length < 2) return judged;
  tables.totals = true;
  const level = (set: Keys): string => levelOf(set, keys);
  if (tables.finestAlone) {
    const left = cells.map(({ at }) => `o${String(at)} AND level = ${level(finestOf(sets))} AS o${String(at)}`);
    return left.length === 0 ? judged : tables.share(`SELECT * REPLACE (${left.join(', ')}) FROM ${judged.name}`, judged.shape);
  }
  if (adding.length === 0) return judged;
  const pairs = addingOf(closed(sets));
  const names = (set: Keys): string[] => set.map((key) => keys[key] ?? '');
  /** Whether those not shown of the parts of a total are one alone, or too few together. */
  const tells = (at: string, over = ''): string => {
    const out = `NOT coalesce(o${at}, false) AND n${at} > 0`;
    const together = `coalesce(sum(n${at}) FILTER (WHERE ${out})${over}, 0)`;
    return `(count(*) FILTER (WHERE ${out})${over} = 1 OR (${together} > 0 AND ${together} < ${String(rule.threshold)}))`;
  };
  let now = judged;
  for (let round = 0; round < rounds; round += 1)
    for (const { total, parts } of pairs.filter((one) => sets.includes(one.parts))) {
      const by = ['level', ...names(total)].join(', ');
      const more = adding.flatMap((at) => [
        `${tells(at, ` OVER (PARTITION BY ${by})`)} AS x${at}`,
        `row_number() OVER (PARTITION BY ${by}, coalesce(o${at}, false) ORDER BY ${[`n${at}`, ...keys].join(', ')}) AS r${at}`,
      ]);
      const ranked = tables.add(`SELECT *, ${more.join(', ')} FROM ${now.name}`, now.shape);
      const extra = adding.flatMap((at) => [`x${at}`, `r${at}`]).join(', ');
      const left = adding.map((at) => `o${at} AND NOT (level = ${level(parts)} AND x${at} AND r${at} = 1) AS o${at}`);
      now = tables.add(`SELECT * EXCLUDE (${extra}) REPLACE (${left.join(', ')}) FROM ${ranked.name}`, now.shape, true);
    }
  for (const { total, parts } of pairs.filter((one) => sets.includes(one.parts) && sets.includes(one.total))) {
    const own = names(total);
    const told = tables.add(
      `SELECT ${[...own, ...adding.map((at) => `${tells(at)} AS x${at}`)].join(', ')} FROM ${now.name} WHERE level = ${level(parts)}${grouped(own)}`,
      now.shape,
    );
    const meet = [`g.level = ${level(total)}`, ...own.map((key) => `g.${key} IS NOT DISTINCT FROM t.${key}`)].join(' AND ');
    const left = adding.map((at) => `g.o${at} AND NOT coalesce(t.x${at}, false) AS o${at}`);
    now = tables.add(
      `SELECT g.* REPLACE (${left.join(', ')}) FROM ${now.name} AS g LEFT JOIN ${told.name} AS t ON ${meet}`,
      now.shape,
      true,
    );
  }
  return tables.share(`SELECT * FROM ${now.name}`, now.shape);
}

/** What is left of groups with totals over them where only the finest are shown. */
export function finestGroups(tables: Tables, judged: Compiled, { keys, sets }: Omit<Judged, 'cells'>): Compiled {
  if (!tables.finestAlone || sets.length < 2) return judged;
  return tables.share(`SELECT * FROM ${judged.name} WHERE level = ${levelOf(finestOf(sets), keys)}`, judged.shape);
}
const finestOf = (sets: readonly Keys[]): Keys => sets.find((set) => !sets.some((one) => within(set, one))) ?? [];
const levelOf = (set: Keys, keys: readonly string[]): string =>
  String(keys.reduce((bits, _, at) => bits * 2 + (set.includes(at) ? 0 : 1), 0));

const grouped = (by: readonly string[]): string => (by.length === 0 ? '' : ` GROUP BY ${by.join(', ')}`);

const within = (total: Keys, parts: Keys): boolean => total.length < parts.length && total.every((key) => parts.includes(key));

/** With what two of them have in common: by that both can be added up, also where nothing shows it. */
function closed(sets: readonly Keys[]): readonly Keys[] {
  const found = [...sets];
  for (const one of found)
    for (const other of found.slice(0, found.indexOf(one))) {
      const both = one.filter((key) => other.includes(key));
      if (!found.some((known) => known.length === both.length && both.every((key) => known.includes(key)))) found.push(both);
    }
  return found;
}

/** Those that are totals of one another, none between them; the finest parts first. */
const addingOf = (sets: readonly Keys[]): readonly Adding[] =>
  sets
    .flatMap((parts) => sets.map((total) => ({ total, parts })))
    .filter(({ total, parts }) => within(total, parts) && !sets.some((one) => within(total, one) && within(one, parts)))
    .sort((a, b) => b.parts.length - a.parts.length);
