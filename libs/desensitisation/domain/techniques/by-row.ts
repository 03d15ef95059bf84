import { sqlName } from '#kernel';
import type { SchemaColumn } from '../../contract.js';
import { addNoiseSql, noiseDrawSql, noisePurpose, noiseTableSql, noiseTextSql, type Release } from './noise.js';
import { placeSql, shuffleTableSql, stratumSql, type ShuffleOf } from './shuffle.js';

/** Something of each row that is no column of the copy. */
export interface Beside {
  readonly name: string;
  readonly sql: string;
}

type Table =
  | { readonly kind: 'sql'; readonly sql: string; readonly result: 'none' }
  | { readonly kind: 'keyed'; readonly name: string; readonly algorithm: 'sm3'; readonly key: string; readonly hexLength: number };

/** What a column is made of whose new value depends on where its row stands in the copy. */
export interface ByRow {
  /** Expressions over the whole copy, kept of the drawn rows: samples of other sizes have the same. */
  readonly beside: readonly Beside[];
  readonly tables: readonly Table[];
  /** Computed once for each drawn row. */
  readonly forms: readonly string[];
  readonly join: string;
  readonly expression: string;
}

/** The copy and one column of it; `i` tells its names from those of others. */
interface Place {
  readonly i: number;
  readonly column: SchemaColumn;
  /** Expressions of the copy's table and of the number of its rows. */
  readonly source: string;
  readonly row: string;
  /** The DuckDB type that the column keeps. */
  readonly type: string;
}

type Six = [string, string, string, string, string, string];

/** @param form of the subject, as SQL */
export function noiseByRow(release: Release, form: string, { i, column, row }: Place): ByRow {
  const [macro, table, who, nth, text, draw] = ['t', 'l', 's', 'o', 'r', 'u'].map((letter) => `sandbox_${letter}${String(i)}`) as Six;
  const whole = column.type === 'integer';
  return {
    beside: [
      { name: who, sql: form },
      { name: nth, sql: `row_number() OVER (PARTITION BY ${form} ORDER BY ${row})` },
      { name: text, sql: noiseTextSql(release, row) },
    ],
    tables: [
      { kind: 'keyed', name: macro, algorithm: 'sm3', key: noisePurpose, hexLength: 16 },
      { kind: 'sql', sql: noiseTableSql(table, release, whole), result: 'none' },
    ],
    forms: [`${noiseDrawSql(`${macro}(${text})`)} AS ${draw}`],
    join: `ASOF LEFT JOIN ${table} ON s.${draw} >= ${table}.least`,
    expression: addNoiseSql(release, whole, `s.${sqlName(column.name)}`, {
      ...{ subject: `s.${who}`, nth: `s.${nth}`, steps: `${table}.steps` },
    }),
  };
}

export function shuffleByRow(of: ShuffleOf, { i, source, row, type }: Place): ByRow {
  const [table, place, stratum] = ['t', 'p', 'g'].map((letter) => `sandbox_${letter}${String(i)}`) as [string, string, string];
  return {
    beside: [
      { name: place, sql: placeSql(of, row) },
      { name: stratum, sql: stratumSql(of) },
    ],
    tables: [{ kind: 'sql', sql: shuffleTableSql(table, of, { source, row, type }), result: 'none' }],
    forms: [],
    join: `LEFT JOIN ${table} ON ${table}.place = s.${place} AND ${table}.stratum IS NOT DISTINCT FROM s.${stratum}`,
    expression: `CASE WHEN s.${sqlName(of.column)} IS NOT NULL THEN ${table}.value END`,
  };
}
