import { sqlName } from '#kernel';
import { columnsLeft, type RepairPlan } from './repair.js';

/** A count to a multiple of the base; what is no whole number (a suppressed cell) stays. */
const rounded = (column: string, base: number): string =>
  `CASE WHEN regexp_full_match(${column}, '\\s*[+-]?[0-9]{1,15}\\s*')
     THEN CAST(CAST(round(CAST(${column} AS DOUBLE) / ${String(base)}) AS BIGINT) * ${String(base)} AS VARCHAR) ELSE ${column} END`;

/** A day to its year, a number to two significant digits; any other text is left out. */
const coarsened = (column: string): string =>
  `CASE WHEN regexp_matches(${column}, '^\\s*[0-9]{4}[-/.年]') THEN left(trim(${column}), 4)
     WHEN try_cast(${column} AS DOUBLE) = 0 THEN '0'
     WHEN try_cast(${column} AS DOUBLE) IS NOT NULL AND isfinite(try_cast(${column} AS DOUBLE))
       THEN CAST(round(try_cast(${column} AS DOUBLE), 1 - CAST(floor(log10(abs(try_cast(${column} AS DOUBLE)))) AS INTEGER)) AS VARCHAR) END`;

/** DuckDB SQL that makes the repaired table of `old`, all text. Rows are in the order of what is left, so that it tells of nothing else. */
export function repairSql(columns: readonly string[], plan: RepairPlan): string {
  const cells = columnsLeft(columns, [{ plan }]).map((name) => {
    const column = sqlName(name);
    if (plan.round.includes(name)) return `${rounded(column, plan.base)} AS ${column}`;
    return plan.coarsen.includes(name) ? `${coarsened(column)} AS ${column}` : column;
  });
  return `SELECT * FROM (SELECT ${cells.join(', ')} FROM old) ORDER BY ALL`;
}
