import type { ColumnDecision, Plan, SchemaColumn } from '../../contract.js';
import { techniqueSql } from '../compile.js';
import { pointsAtOne } from '../sensitive-types.js';
import { sqlName } from '../techniques/patterns.js';
import { asNumber, type CheckResult, type Measurement } from './checks.js';

/** Fewer distinct values than this say nothing: two columns of a handful of values are one to one by chance. */
const leastDistinct = 50;
/** Masks of a fixed shape hide four characters or more; on a small dataset they may be one to one and still cannot be undone. */
const compared: readonly ColumnDecision['technique']['kind'][] = ['keep', 'mask-ends', 'generalise', 'round', 'top-bottom'];

/**
 * A column that is one to one with a raw column and not keyed is that column in other words (DES-04): with its own source, where a
 * technique should have merged values; with any column of identifiers, where it would be a name for each of them. Measured over all raw
 * rows, not the sample, in which everything looks unique.
 */
export function bijectionMeasurements(plan: Plan, schema: readonly SchemaColumn[]): readonly Measurement[] {
  const identifiers = plan.columns.filter((decision) => pointsAtOne(decision.sensitiveType)).map((decision) => decision.column);
  return plan.columns.flatMap((decision) => {
    const column = schema.find((c) => c.name === decision.column);
    const exact = column?.type === 'text' || column?.type === 'integer' || decision.technique.kind === 'generalise';
    if (column === undefined || !exact || !compared.includes(decision.technique.kind)) return [];
    const others = identifiers.filter((name) => name !== column.name);
    const against = decision.technique.kind === 'keep' ? others : [column.name, ...others];
    return against.length === 0 ? [] : [measurement(decision, column, against)];
  });
}

function measurement(decision: ColumnDecision, column: SchemaColumn, against: readonly string[]): Measurement {
  const made = techniqueSql(decision, column.type, sqlName(column.name));
  const counts = against.map((_, i) => {
    const both = `FILTER (WHERE made IS NOT NULL AND r${String(i)} IS NOT NULL)`;
    return `count(DISTINCT made) ${both}, count(DISTINCT r${String(i)}) ${both}, count(DISTINCT hash(made, r${String(i)})) ${both}`;
  });
  const raws = against.map((name, i) => `${sqlName(name)} AS r${String(i)}`);
  return {
    sql: `SELECT ${counts.join(', ')} FROM (SELECT ${made} AS made, ${raws.join(', ')} FROM raw) AS t`,
    rows: 1,
    judge: ([row = []]) =>
      against.map((name, i): CheckResult => {
        const [values, rawValues, pairs] = row.slice(i * 3, i * 3 + 3).map(asNumber) as [number, number, number];
        const oneToOne = values === rawValues && values === pairs && values >= leastDistinct;
        return {
          check: 'bijection',
          column: column.name,
          verdict: oneToOne ? 'fail' : 'pass',
          finding: name,
          figures: { values, rawValues, pairs },
        };
      }),
  };
}
