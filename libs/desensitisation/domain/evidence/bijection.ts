import { sqlName } from '#kernel';
import type { ColumnDecision, Plan, SchemaColumn } from '../../contract.js';
import { techniqueSql } from '../compile.js';
import { pointsAtOne } from '../sensitive-types.js';
import { asNumber, type Examination, type Measurement } from './checks.js';

/** Fewer distinct values than this say nothing: two columns of a handful of values are one to one by chance. */
const leastDistinct = 50;
/** Masks of a fixed shape hide four characters or more; on a small dataset they may be one to one and still cannot be undone. */
const compared: readonly ColumnDecision['technique']['kind'][] = ['keep', 'mask-ends', 'generalise', 'round', 'top-bottom'];

/** Exact counting is dear; it is done where an estimate (a few per cent off) leaves a one-to-one possible. */
const near = 1.5;

interface Compared {
  readonly decision: ColumnDecision;
  readonly made: string;
  readonly against: readonly string[];
}

/**
 * A column that is one to one with a raw column and not keyed is that column in other words (DES-04): with its own source, where a
 * technique should have merged values; with any column of identifiers, where it would be a name for each of them. Measured over all raw
 * rows, not the sample, in which everything looks unique.
 */
export function bijectionChecks(plan: Plan, schema: readonly SchemaColumn[]): Pick<Examination, 'preparation' | 'measurements'> {
  const identifiers = plan.columns.filter((decision) => pointsAtOne(decision.sensitiveType)).map((decision) => decision.column);
  const pairs = plan.columns.flatMap((decision): Compared[] => {
    const column = schema.find((c) => c.name === decision.column);
    const exact = column?.type === 'text' || column?.type === 'integer' || decision.technique.kind === 'generalise';
    if (column === undefined || !exact || !compared.includes(decision.technique.kind)) return [];
    const others = identifiers.filter((name) => name !== column.name);
    const against = decision.technique.kind === 'keep' ? others : [column.name, ...others];
    return against.length === 0 ? [] : [{ decision, made: techniqueSql(decision, column.type, sqlName(column.name)), against }];
  });
  if (pairs.length === 0) return { preparation: [], measurements: [] };
  const raws = [...new Set(pairs.flatMap(({ against }) => against))];
  const estimates = [
    ...pairs.map(({ made }, i) => `approx_count_distinct(${made}) AS m${String(i)}`),
    ...raws.map((name, i) => `approx_count_distinct(${sqlName(name)}) AS r${String(i)}`),
  ];
  const estimate = `CREATE TEMP TABLE sandbox_estimates AS SELECT ${estimates.join(', ')} FROM raw`;
  return {
    preparation: [{ kind: 'sql', sql: estimate, result: 'none' }],
    measurements: pairs.flatMap(({ decision, made, against }, i) =>
      against.map((name) => measurement(decision, { made, m: `m${String(i)}` }, { name, r: `r${String(raws.indexOf(name))}` })),
    ),
  };
}

/**
 * One column against one: what both hold of distinct values is the most that a proof keeps in memory at once. Where the estimates rule it
 * out nothing is read.
 * @param m and r: the columns of the estimates
 */
function measurement(
  { column }: ColumnDecision,
  { made, m }: { readonly made: string; readonly m: string },
  { name, r }: { readonly name: string; readonly r: string },
): Measurement {
  const raw = sqlName(name);
  const plausible = `e.${m} * 2 > ${String(leastDistinct)} AND e.${m} * ${String(near)} > e.${r} AND e.${r} * ${String(near)} > e.${m}`;
  // By digests of 64 bits: texts that are all distinct filled the memory of a long table. Of ten million, two are one by chance in one run
  // of hundreds of thousands.
  const distinct = [made, raw, `${made}, ${raw}`].map((of) => `count(DISTINCT hash(${of}))`).join(', ');
  return {
    sql:
      `SELECT (SELECT ${m} FROM sandbox_estimates), (SELECT ${r} FROM sandbox_estimates), ${distinct} FROM raw, sandbox_estimates AS e` +
      ` WHERE ${plausible} AND ${made} IS NOT NULL AND ${raw} IS NOT NULL`,
    rows: 1,
    judge: ([row = []]) => {
      const [aboutValues = 0, aboutRaw = 0, values = 0, rawValues = 0, pairs = 0] = row.map(asNumber);
      const oneToOne = values === rawValues && values === pairs && values >= leastDistinct;
      const figures = values === 0 ? { aboutValues, aboutRaw } : { values, rawValues, pairs };
      return [{ check: 'bijection', column, verdict: oneToOne ? 'fail' : 'pass', finding: name, figures }];
    },
  };
}
