import { sqlName } from '#kernel';
import type { Plan, SchemaColumn } from '../../contract.js';
import { duckdbType } from '../compile.js';
import { leastOften, leastTogether } from '../techniques/shuffle.js';
import { asNumber, type CheckResult, type Measurement } from './checks.js';

/**
 * Shuffled values are raw values, in other rows: none of them may be rare in the delivery, and the rows must be so many that a value says
 * nothing of one of them (DES-04). Counted from what is published, whatever the technique left out.
 */
export const shuffledMeasurements = (plan: Plan, schema: readonly SchemaColumn[]): readonly Measurement[] =>
  plan.columns
    .filter(({ technique }) => technique.kind === 'shuffle')
    .map(({ column }): Measurement => {
      const name = sqlName(column);
      const type = duckdbType[schema.find((one) => one.name === column)?.type ?? 'text'];
      const published = `SELECT DISTINCT ${name} AS v FROM output WHERE ${name} IS NOT NULL`;
      const often = `SELECT v, count(*) AS n FROM (${published}) AS o JOIN (SELECT TRY_CAST(${name} AS ${type}) AS v FROM raw) AS r USING (v) GROUP BY v`;
      return {
        sql: `SELECT (SELECT count(*) FROM output), (SELECT count(*) FROM (${published}) AS p), (SELECT count(*) FROM (${often}) AS f WHERE n >= ${String(leastOften)})`,
        rows: 1,
        judge: ([row = []]): readonly CheckResult[] => {
          const [rows, values, frequent] = row.map(asNumber) as [number, number, number];
          const fails = rows < leastTogether || values > frequent;
          return [{ check: 'shuffled', column, verdict: fails ? 'fail' : 'pass', figures: { rows, values, rare: values - frequent } }];
        },
      };
    });
