import { normalFormMacros, type Json } from '#kernel';
import type { ColumnProfile, ColumnStatistics, Projection } from './row-match.js';
import { columnStatistics, containment, digests, distinctValues, matched, matchedByChance, normalised } from './row-match-sql.js';

type Rows = readonly (readonly Json[])[];
/** One statement for the engine and what becomes of its result. */
export interface MatchStep {
  readonly kind: 'sql';
  readonly sql: string;
  readonly result: 'none' | { readonly rows: number } | { readonly file: string; readonly format: 'parquet' };
}
const script = (sql: string): MatchStep => ({ kind: 'sql', sql, result: 'none' });
const ask = (sql: string, rows = 1): MatchStep => ({ kind: 'sql', sql, result: { rows } });

/**
 * First pass: digests of both sides (kept as `e.parquet` and `s.parquet` in the run's scratch) and what the columns are like.
 * Inputs are `exported` and `source`, every column read as text.
 */
export function profileSteps(exportColumns: readonly string[], sourceColumns: readonly string[]): readonly MatchStep[] {
  const [e, s] = [exportColumns.length, sourceColumns.length];
  return [
    script(normalFormMacros()),
    script(
      `CREATE TEMP TABLE ecells AS ${normalised('e', 'exported', exportColumns)};
       CREATE TEMP TABLE scells AS ${normalised('s', 'source', sourceColumns)};`,
    ),
    script(`CREATE TEMP TABLE e AS ${digests('e', 'ecells', e)}; CREATE TEMP TABLE s AS ${digests('s', 'scells', s)};`),
    script(`${distinctValues('e', 'e', e)}\n${distinctValues('s', 's', s)}`),
    ask(columnStatistics('e', 'ecells', e), e),
    ask(columnStatistics('s', 'scells', s), s),
    ask(containment(e, s), e * s),
    { kind: 'sql', sql: 'SELECT * FROM e', result: { file: 'e.parquet', format: 'parquet' } },
    { kind: 'sql', sql: 'SELECT * FROM s', result: { file: 's.parquet', format: 'parquet' } },
  ];
}

const number = (value: Json | undefined): number => Number(value ?? 0);
const statistics = (rows: Rows, names: readonly string[]): readonly ColumnStatistics[] =>
  [...rows]
    .sort((a, b) => number(a[0]) - number(b[0]))
    .map(([i, n, filled, d, frequencies, dense]) => ({
      name: names[number(i)] ?? '',
      rows: number(n),
      filled: number(filled),
      distinct: number(d),
      frequencies: typeof frequencies === 'string' ? frequencies : '',
      dense: number(dense),
    }));

/** @param results the rows of the three asking steps, in order */
export const readProfile = (
  results: readonly [Rows, Rows, Rows],
  exportColumns: readonly string[],
  sourceColumns: readonly string[],
): ColumnProfile => ({
  exported: statistics(results[0], exportColumns),
  source: statistics(results[1], sourceColumns),
  hits: results[2].map(([e, s, values]) => ({ exportColumn: number(e), sourceColumn: number(s), values: number(values) })),
});

/** Second pass over the digests: one question a projection. */
export const matchSteps = (projections: readonly Projection[], rare: number): readonly MatchStep[] =>
  projections.map((projection) => ask(matched(projection, rare)));

/** Third pass: what chance gives, one question a column of each projection that is worth it. */
export const chanceSteps = (projections: readonly Projection[], rare: number, drawn: boolean): readonly MatchStep[] =>
  projections.flatMap((projection) => projection.map((_, exchanged) => ask(matchedByChance(projection, exchanged, rare, drawn))));

export const readCount = (rows: Rows): number => number(rows[0]?.[0]);
export const readChance = (rows: Rows): { decoys: number; matched: number } => ({
  decoys: number(rows[0]?.[0]),
  matched: number(rows[0]?.[1]),
});
