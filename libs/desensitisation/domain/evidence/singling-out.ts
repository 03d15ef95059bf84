import { sqlName } from '#kernel';
import type { Plan } from '../../contract.js';
import { distancesSql, keyOf } from '../anonymity/classes-sql.js';
import { requirementOf } from '../anonymity/requirement.js';
import { asNumber, type CheckResult, type Measurement } from './checks.js';

/**
 * How many rows share each combination of the declared quasi-identifiers, as they are published, masks included: k is the fewest, a unique
 * row is singled out. Then what is declared of the columns whose values are to be diverse or close.
 */
export function singlingOutMeasurements(plan: Plan): readonly Measurement[] {
  const declared = plan.singlingOut;
  if (declared === undefined) return [];
  const asked = requirementOf(declared);
  const by = declared.quasiIdentifiers.map(sqlName).join(', ');
  return [
    {
      sql: `SELECT count(*), coalesce(min(n), 0), count(*) FILTER (WHERE n = 1), coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM output GROUP BY ${by}) AS classes`,
      rows: 1,
      judge: ([row = []]): readonly CheckResult[] => {
        const [classes, k, unique, rows] = row.map(asNumber) as [number, number, number, number];
        const uniqueShare = rows === 0 ? 0 : unique / rows;
        const missed = k < asked.k || (declared.uniqueShareAtMost !== undefined && uniqueShare > declared.uniqueShareAtMost);
        return [
          {
            check: 'singling-out',
            verdict: missed ? 'fail' : 'pass',
            figures: { classes, k, unique, uniqueShare: Math.round(uniqueShare * 1e6) / 1e6 },
          },
        ];
      },
    },
    ...asked.diversity.map(({ column, l, measure }) => measured(column, `l-${measure}`, diversitySql(by, column, measure), (found) => found >= l - near)),
    ...asked.closeness.map(({ column, t, distance }) => measured(column, `t-${distance}`, closenessSql(keyOf(declared.quasiIdentifiers), column, distance), (found) => found <= t + near)),
  ]; // prettier-ignore
}

/** Sums of shares are not exact. */
const near = 1e-6;
const measured = (column: string, figure: string, sql: string, enough: (found: number) => boolean): Measurement => ({
  sql,
  rows: 1,
  judge: ([row = []]): readonly CheckResult[] => {
    const found = row[0] == null ? Number.NaN : Number(row[0]);
    const verdict = enough(found) ? 'pass' : 'fail';
    return [{ check: 'singling-out', column, verdict, figures: { [figure]: Math.round(found * 1e6) / 1e6 } }];
  },
});

/** The least diversity of any combination: distinct values, or how many equally frequent ones have its entropy. */
export function diversitySql(by: string, column: string, measure: 'distinct' | 'entropy'): string {
  const of = measure === 'distinct' ? 'count(*)' : 'exp(-sum(share * ln(share)))';
  const cells = `SELECT ${by}, count(*) AS n FROM output GROUP BY ${by}, ${sqlName(column)}`;
  return `SELECT min(l) FROM (SELECT ${of} AS l FROM (SELECT *, n / sum(n) OVER (PARTITION BY ${by}) AS share FROM (${cells}) AS cells) AS shares GROUP BY ${by}) AS classes`;
}

/** The greatest distance of any combination's values from all rows'. */
export function closenessSql(key: string, column: string, distance: 'ordered' | 'equal'): string {
  const source = `WITH source AS (SELECT ${key} AS key, ${sqlName(column)} AS s0, 1 AS n FROM output), every AS (SELECT DISTINCT key FROM source)`;
  return `${source} SELECT max(emd) FROM (${distancesSql('s0', distance, 'every')}) AS distances`;
}

/** What was drawn is a sample (DES-02): fewer rows than there are, and no more than the plan allows. */
export function sampleMeasurements(plan: Plan): readonly Measurement[] {
  return [
    {
      sql: 'SELECT (SELECT count(*) FROM raw), (SELECT count(*) FROM output)',
      rows: 1,
      judge: ([row = []]): readonly CheckResult[] => {
        const [rowsIn, rowsOut] = row.map(asNumber) as [number, number];
        const over = rowsOut >= rowsIn || rowsOut > (plan.sampling?.atMost ?? Infinity);
        return [{ check: 'sample', verdict: over ? 'fail' : 'pass', figures: { rowsIn, rowsOut } }];
      },
    },
  ];
}
