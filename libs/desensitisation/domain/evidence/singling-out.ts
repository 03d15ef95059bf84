import { sqlName } from '#kernel';
import type { Plan } from '../../contract.js';
import { asNumber, type CheckResult, type Measurement } from './checks.js';

/** How many rows share each combination of the declared quasi-identifiers: k is the fewest, a unique row is singled out. */
export function singlingOutMeasurements(plan: Plan): readonly Measurement[] {
  const declared = plan.singlingOut;
  if (declared === undefined) return [];
  const by = declared.quasiIdentifiers.map(sqlName).join(', ');
  return [
    {
      sql: `SELECT count(*), coalesce(min(n), 0), count(*) FILTER (WHERE n = 1), coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM output GROUP BY ${by}) AS classes`,
      rows: 1,
      judge: ([row = []]): readonly CheckResult[] => {
        const [classes, k, unique, rows] = row.map(asNumber) as [number, number, number, number];
        const uniqueShare = rows === 0 ? 0 : unique / rows;
        const missed =
          (declared.k !== undefined && k < declared.k) ||
          (declared.uniqueShareAtMost !== undefined && uniqueShare > declared.uniqueShareAtMost);
        return [
          {
            check: 'singling-out',
            verdict: missed ? 'fail' : 'pass',
            figures: { classes, k, unique, uniqueShare: Math.round(uniqueShare * 1e6) / 1e6 },
          },
        ];
      },
    },
  ];
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
