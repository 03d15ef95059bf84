import { sqlName } from '#kernel';
import type { Projection, RowMatchSide } from './row-match.js';

/** DuckDB SQL of the row match. It works on 64-bit digests of normalised values; no value leaves the engine, only counts do. */

const named = (side: RowMatchSide, index: number): string => `${side}${String(index)}`;
const all = (side: RowMatchSide, width: number): number[] => Array.from({ length: width }, (_, index) => index);

/** Normalised cells (`normalFormMacros` must have been run) as `e0…` or `s0…`; an empty one is NULL. Made once, since normalising is what costs. */
export const normalised = (side: RowMatchSide, from: string, columns: readonly string[]): string =>
  `SELECT ${columns.map((name, index) => `nullif(normal_value(${sqlName(name)}), '') AS ${named(side, index)}`).join(', ')} FROM ${from}`;

/** The digests of normalised cells, with a row number. */
export const digests = (side: RowMatchSide, from: string, width: number): string =>
  `SELECT row_number() OVER () AS rn, ${all(side, width)
    .map((index) => `CASE WHEN ${named(side, index)} IS NOT NULL THEN hash(${named(side, index)}) END AS ${named(side, index)}`)
    .join(', ')} FROM ${from}`;

/** One row a column: index, rows, filled, distinct, frequencies of values, and the share of the range that its numbers fill (0 for text). */
export const columnStatistics = (side: RowMatchSide, cells: string, width: number): string =>
  all(side, width)
    .map((index) => {
      const column = named(side, index);
      return `SELECT ${String(index)} AS i, (SELECT count(*) FROM ${cells}) AS n, (SELECT coalesce(sum(f), 0) FROM v${column}) AS filled,
        (SELECT count(*) FROM v${column}) AS d,
        (SELECT coalesce(string_agg(f || 'x' || c, ',' ORDER BY f), '') FROM (SELECT f, count(*) AS c FROM v${column} GROUP BY f)) AS frequencies,
        (SELECT coalesce(CASE WHEN count(*) = count(x) THEN count(DISTINCT x) / (max(x) - min(x) + 1) END, 0)
           FROM (SELECT try_cast(${column} AS DOUBLE) AS x FROM ${cells} WHERE ${column} IS NOT NULL)) AS dense`;
    })
    .join('\nUNION ALL\n');

/** Distinct digests of every column with how often each stands there: `ve0(v, f)` …. */
export const distinctValues = (side: RowMatchSide, from: string, width: number): string =>
  all(side, width)
    .map((index) => {
      const column = named(side, index);
      return `CREATE TEMP TABLE v${column} AS SELECT ${column} AS v, count(*) AS f FROM ${from} WHERE ${column} IS NOT NULL GROUP BY ${column};`;
    })
    .join('\n');

/** How many distinct values of each export column stand in each source column: rows (e, s, hits), pairs without a hit left out. */
export function containment(exportWidth: number, sourceWidth: number): string {
  const union = (side: RowMatchSide, width: number): string =>
    all(side, width)
      .map((index) => `SELECT ${String(index)} AS i, v FROM v${named(side, index)}`)
      .join(' UNION ALL ');
  return `SELECT a.i AS e, b.i AS s, count(*) AS hits FROM (${union('e', exportWidth)}) a
    JOIN (${union('s', sourceWidth)}) b ON a.v = b.v GROUP BY a.i, b.i`;
}

const tuple = (parts: readonly string[]): string => `hash(${parts.map((part) => `coalesce(${part}, 0)`).join(', ')})`;
const exportTuple = (projection: Projection, of = 'e'): string => tuple(projection.map((pair) => `${of}.e${String(pair.exportColumn)}`));
const sourceTuple = (projection: Projection): string => tuple(projection.map((pair) => `s${String(pair.sourceColumn)}`));

/** Tuples of the source that are rare there, among the candidates `c(t)`. */
const rareAmong = (projection: Projection, rare: number): string =>
  `SELECT t FROM (SELECT ${sourceTuple(projection)} AS t FROM s) WHERE t IN (SELECT t FROM c) GROUP BY t HAVING count(*) < ${String(rare)}`;

/** Rows of the export whose projection stands in the source, and rarely. One row: (matched). */
export const matched = (projection: Projection, rare: number): string =>
  `WITH c AS (SELECT ${exportTuple(projection)} AS t FROM e), r AS (${rareAmong(projection, rare)})
   SELECT count(*) AS matched FROM c WHERE t IN (SELECT t FROM r)`;

/**
 * What chance alone gives: the projection with the values of one of its columns exchanged, in a fixed order, between rows of the export
 * (or, for a short export, drawn from the source). A column that does not belong to its row makes as many matches either way.
 * One row: (decoys, matched). Decoys that are rows of the export themselves don't count.
 */
export function matchedByChance(projection: Projection, exchanged: number, rare: number, drawn: boolean): string {
  const pair = projection[exchanged];
  if (pair === undefined) throw new RangeError('no such column in the projection');
  const column = `e${String(pair.exportColumn)}`;
  const seed = `9${String(exchanged)}`;
  const others = projection.map((other, index) => (index === exchanged ? 'd.v' : `e.e${String(other.exportColumn)}`));
  const source = drawn
    ? `SELECT ${tuple(others)} AS t FROM e, (SELECT s${String(pair.sourceColumn)} AS v FROM s ORDER BY hash(rn, ${seed}) LIMIT 40) d`
    : `SELECT ${tuple(others)} AS t FROM e JOIN (
         SELECT a.rn, b.v FROM (SELECT rn, row_number() OVER (ORDER BY rn) AS k FROM e) a
         JOIN (SELECT ${column} AS v, row_number() OVER (ORDER BY hash(rn, ${seed})) AS k FROM e) b USING (k)) d ON e.rn = d.rn`;
  return `WITH own AS (SELECT ${exportTuple(projection)} AS t FROM e), c AS (SELECT t FROM (${source}) WHERE t NOT IN (SELECT t FROM own)),
    r AS (${rareAmong(projection, rare)})
    SELECT count(*) AS decoys, count(*) FILTER (t IN (SELECT t FROM r)) AS matched FROM c`;
}
