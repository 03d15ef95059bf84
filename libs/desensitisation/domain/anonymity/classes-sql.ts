import { sqlName } from '#kernel';
import type { Requirement } from './requirement.js';

/**
 * A relation whose rows stand for `n` rows each. A class is the rows of one `key` (a struct: nulls in it are equal); `s0`, `s1`, … are
 * the sensitive columns in the order of the requirement.
 */
export interface Weighed {
  readonly relation: string;
  readonly key: string;
}

/** Columns as one key: a struct, in which nulls are equal. */
export const keyOf = (columns: readonly string[]): string =>
  `{${columns.map((column, i) => `k${String(i)}: ${sqlName(column)}`).join(', ')}}`;

/** Half a unit in the tenth place: sums of shares are not exact. */
const near = '1e-9';
/** Leaving classes out moves what closeness is measured against: it is measured again, this many times at most. */
const rounds = 4;

const columnOf = (requirement: Requirement, column: string): string => `s${String(requirement.sensitive.indexOf(column))}`;

/**
 * Common table expressions that end in `kept` (key, n), the classes that have what is asked. `firm` holds those that have k and distinct
 * values: what fails there, finer classes fail too. `settled` says whether one more look would leave nothing more out.
 */
export function keptClasses(requirement: Requirement, { relation, key }: Weighed): string {
  const { k, diversity, closeness } = requirement;
  const parts = [
    `source AS (SELECT ${key} AS key, * FROM ${relation})`,
    `sized AS (SELECT key, CAST(sum(n) AS BIGINT) AS n FROM source GROUP BY key)`,
  ];
  const per = (s: string): string => `SELECT key, ${s} AS s, sum(n) AS c FROM source GROUP BY ALL`;
  const having = (measure: 'distinct' | 'entropy') =>
    diversity.flatMap(({ column, l, measure: own }) => {
      if (own !== measure) return [];
      const values = measure === 'distinct' ? 'count(*)' : `exp(ln(sum(c)) - sum(c * ln(c)) / sum(c)) + ${near}`;
      return [`key IN (SELECT key FROM (${per(columnOf(requirement, column))}) AS cells GROUP BY key HAVING ${values} >= ${String(l)})`];
    });
  parts.push(`firm AS (SELECT key, n FROM sized WHERE ${[`n >= ${String(k)}`, ...having('distinct')].join(' AND ')})`);
  parts.push(`diverse AS (SELECT key, n FROM firm WHERE ${['true', ...having('entropy')].join(' AND ')})`);
  let last = 'diverse';
  let before = 'diverse';
  if (closeness.length > 0)
    for (let round = 1; round <= rounds; round++) {
      const conditions = closeness.map(({ column, t, distance }, j) => {
        const name = `d${String(round)}_${String(j)}`;
        parts.push(`${name} AS (${distancesSql(columnOf(requirement, column), distance, last)})`);
        return `key IN (SELECT key FROM ${name} WHERE emd <= ${String(t)} + ${near})`;
      });
      before = last;
      parts.push(`close${String(round)} AS (SELECT key, n FROM ${last} WHERE ${conditions.join(' AND ')})`);
      last = `close${String(round)}`;
    }
  parts.push(`kept AS (SELECT key, n FROM ${last})`);
  parts.push(`settled AS (SELECT (SELECT count(*) FROM ${before}) = (SELECT count(*) FROM kept) AS settled)`);
  return parts.join(', ');
}

/**
 * How far each class's values lie from those of all classes in `classes`: the earth mover's distance where every value is as far from every
 * other (half the sum of differences), or over the ranks of the values in order (Li, Li, Venkatasubramanian 2007).
 */
export function distancesSql(s: string, distance: 'ordered' | 'equal', classes: string): string {
  const cells = `SELECT key, ${sqlName(s)} AS s, sum(source.n) AS c FROM source JOIN ${classes} AS k USING (key) GROUP BY ALL`;
  const all = 'SELECT s, sum(c) / (SELECT sum(c) FROM cells) AS q FROM cells GROUP BY s';
  const sizes = 'SELECT key, sum(c) AS size FROM cells GROUP BY key';
  const head = `WITH cells AS MATERIALIZED (${cells}), overall AS MATERIALIZED (${all}), sizes AS (${sizes})`;
  if (distance === 'equal')
    return (
      `${head} SELECT key, (sum(abs(c / size - q)) + 1 - sum(q)) / 2 AS emd FROM cells JOIN sizes USING (key)` +
      ` JOIN overall ON cells.s IS NOT DISTINCT FROM overall.s GROUP BY key`
    );
  const grid = `SELECT sizes.key AS key, overall.s AS s, coalesce(c / size, 0) - q AS d FROM sizes CROSS JOIN overall LEFT JOIN cells ON cells.key = sizes.key AND cells.s IS NOT DISTINCT FROM overall.s`;
  const sums = `SELECT key, sum(d) OVER (PARTITION BY key ORDER BY s NULLS FIRST ROWS UNBOUNDED PRECEDING) AS moved FROM (${grid}) AS grid`;
  return `${head} SELECT key, sum(abs(moved)) / greatest(1, (SELECT count(*) FROM overall) - 1) AS emd FROM (${sums}) AS sums GROUP BY key`;
}

/** Whether classes are decided by their size alone: then no keys are needed, and counting is several times faster. */
export const bySizeAlone = ({ diversity, closeness }: Requirement): boolean => diversity.length === 0 && closeness.length === 0;
