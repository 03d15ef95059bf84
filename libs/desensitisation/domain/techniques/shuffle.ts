import { sha256, sqlName, sqlText } from '#kernel';
import type { Technique } from '../../contract.js';

type Shuffle = Extract<Technique, { kind: 'shuffle' }>;

/** A value that stands less often in the delivery is not passed on: it may be somebody's alone (the k that runs reach by default). */
export const leastOften = 5;
/** Values of fewer rows are not passed on: who knows the rows would know the values. */
export const leastTogether = 20;

/** In front of what is hashed: the seed of the scenario's draws makes another order for each delivery, column and stratum. */
export interface ShuffleOf {
  readonly seed: string;
  readonly delivery: string;
  readonly column: string;
  readonly technique: Shuffle;
}
const prefixOf = ({ seed, delivery, column, technique }: ShuffleOf): string =>
  `${seed}|shuffle|${JSON.stringify([delivery, column, technique.within ?? null])}|`;

export interface ShuffledRow {
  readonly row: number;
  /** What the row has in the column of the strata. */
  readonly stratum: string | null;
  readonly text: string | null;
}

/**
 * What comes to stand in each row of a delivery: of every stratum the values in the order of a keyed digest, put where values are in the order
 * of the rows. Over the whole delivery, not the drawn rows: of two samples, one with a row more, the difference would be that row's own value.
 */
export function shuffle(of: ShuffleOf, rows: readonly ShuffledRow[]): ReadonlyMap<number, string | null> {
  const often = new Map<string, number>();
  for (const { text } of rows) if (text !== null) often.set(text, (often.get(text) ?? 0) + 1);
  const made = new Map<number, string | null>(rows.map(({ row }) => [row, null]));
  for (const all of Map.groupBy(rows, ({ stratum }) => (of.technique.within === undefined ? null : stratum)).values()) {
    const some = all.filter(({ text }) => text !== null).sort((a, b) => a.row - b.row);
    const digest = new Map(some.map(({ row }) => [row, sha256(prefixOf(of) + String(row))]));
    const moved = [...some].sort((a, b) => ((digest.get(a.row) ?? '') < (digest.get(b.row) ?? '') ? -1 : 1));
    some.forEach(({ row }, i) => {
      const text = moved[i]?.text ?? null;
      made.set(row, text !== null && some.length >= leastTogether && (often.get(text) ?? 0) >= leastOften ? text : null);
    });
  }
  return made;
}

const stratumOf = ({ technique }: ShuffleOf): string => (technique.within === undefined ? 'true' : sqlName(technique.within));
/** Whose place a row is among the rows of its stratum that have a value; others have places of their own. */
export const placeSql = (of: ShuffleOf, row: string): string =>
  `row_number() OVER (PARTITION BY ${stratumOf(of)}, ${sqlName(of.column)} IS NULL ORDER BY ${row})`;
export const stratumSql = stratumOf;

/** The table of what comes to stand where: `stratum`, `place`, `value`. */
export function shuffleTableSql(
  table: string,
  of: ShuffleOf,
  { source, row, type }: { source: string; row: string; type: string },
): string {
  const column = sqlName(of.column);
  const together = `PARTITION BY ${stratumOf(of)}`;
  const kept = `count(*) OVER (${together}) >= ${String(leastTogether)} AND count(*) OVER (PARTITION BY ${column}) >= ${String(leastOften)}`;
  const place = `row_number() OVER (${together} ORDER BY sha256(${sqlText(prefixOf(of))} || ${row}))`;
  return (
    `CREATE TEMP TABLE ${table} AS SELECT ${stratumOf(of)} AS stratum, ${place} AS place, CASE WHEN ${kept} THEN TRY_CAST(${column} AS ${type}) END AS value` +
    ` FROM ${source} WHERE ${column} IS NOT NULL`
  );
}
