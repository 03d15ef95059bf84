import { sqlName } from '#kernel';
import type { ColumnDecision, Plan, SchemaColumn } from '../../contract.js';
import { techniqueSql } from '../compile.js';
import { pointsAtOne } from '../sensitive-types.js';
import { asNumber, type CheckResult, type Examination, type Measurement } from './checks.js';

/** Fewer distinct values than this say nothing: two columns of a handful of values are one to one by chance. */
const leastDistinct = 50;
/** Masks of a fixed shape hide four characters or more; on a small dataset they may be one to one and still cannot be undone. */
const compared: readonly ColumnDecision['technique']['kind'][] = ['keep', 'mask-ends', 'generalise', 'round', 'top-bottom'];

/** Exact counting is dear; it is done where an estimate (a few per cent off) leaves a one-to-one possible. */
const near = 1.5;

/** Of all rows so many follow the best one-to-one mapping: the rest are exceptions, misprints among them. */
const nearlyAll = 0.95;
/**
 * Numbers of which hardly any comes twice are one to one with anything of that kind, amounts as well as codes. So of the rows in which one
 * of the two values comes again so many are asked for, and so much of them.
 */
const leastRepeated = 20;
const mostRepeated = 0.8;
/** Where no column is said to be an identifier, one is that has a value of its own in nearly every row in which it is filled. */
const uniqueShare = 0.9;

interface Compared {
  readonly decision: ColumnDecision;
  readonly made: string;
  readonly against: readonly string[];
  readonly isText: boolean;
}

/**
 * A column that is one to one with a raw column and not keyed is that column in other words (DES-04), also where a few rows are exceptions:
 * with its own source, where a technique should have merged values; with any column of identifiers, where it would be a name for each of
 * them. Measured over all raw rows, not the sample, in which everything looks unique.
 */
export function bijectionChecks(plan: Plan, schema: readonly SchemaColumn[]): Pick<Examination, 'preparation' | 'measurements'> {
  const declared = plan.columns.filter((decision) => pointsAtOne(decision.sensitiveType)).map((decision) => decision.column);
  const measured = declared.length > 0 ? [] : schema.filter(({ type }) => type === 'text' || type === 'integer').map(({ name }) => name);
  const identifiers = [...declared, ...measured];
  const pairs = plan.columns.flatMap((decision): Compared[] => {
    const column = schema.find((c) => c.name === decision.column);
    const exact = column?.type === 'text' || column?.type === 'integer' || decision.technique.kind === 'generalise';
    if (column === undefined || !exact || !compared.includes(decision.technique.kind)) return [];
    const others = identifiers.filter((name) => name !== column.name);
    const against = decision.technique.kind === 'keep' ? others : [column.name, ...others];
    const isText = column.type === 'text' || decision.technique.kind === 'generalise';
    return against.length === 0 ? [] : [{ decision, made: techniqueSql(decision, column.type, sqlName(column.name)), against, isText }];
  });
  if (pairs.length === 0) return { preparation: [], measurements: [] };
  const raws = [...new Set(pairs.flatMap(({ against }) => against))];
  const estimates = [
    ...pairs.map(({ made }, i) => `approx_count_distinct(${made}) AS m${String(i)}`),
    ...raws.map((name, i) => `approx_count_distinct(${sqlName(name)}) AS r${String(i)}, count(${sqlName(name)}) AS n${String(i)}`),
  ];
  const estimate = `CREATE TEMP TABLE sandbox_estimates AS SELECT ${estimates.join(', ')} FROM raw`;
  return {
    preparation: [{ kind: 'sql', sql: estimate, result: 'none' }],
    measurements: pairs.flatMap((pair, i) =>
      pair.against.map((name) =>
        measurement(pair, `m${String(i)}`, {
          name,
          at: String(raws.indexOf(name)),
          unique: measured.includes(name) && name !== pair.decision.column,
        }),
      ),
    ),
  };
}

/** What a column is held against: `unique` where it is an identifier only if the data say so. */
interface Against {
  readonly name: string;
  readonly at: string;
  readonly unique: boolean;
}

/**
 * One column against one: what both hold of distinct values is the most that a proof keeps in memory at once. Where the estimates rule it
 * out nothing is read. By digests of 64 bits: texts that are all distinct filled the memory of a long table. Of ten million, two are one by
 * chance in one run of hundreds of thousands.
 * @param m the column of the estimates for what is made
 */
function measurement({ decision, made, isText }: Compared, m: string, { name, at, unique }: Against): Measurement {
  const [raw, r] = [sqlName(name), `r${at}`];
  const about = `e.${m} * 2 > ${String(leastDistinct)} AND e.${m} * ${String(near)} > e.${r} AND e.${r} * ${String(near)} > e.${m}`;
  const plausible = unique ? `${about} AND e.${r} > ${String(uniqueShare)} * 0.95 * e.n${at}` : about;
  const best = (of: string, other: string): string => `row_number() OVER (PARTITION BY ${of} ORDER BY n DESC, ${other}) = 1`;
  const follows = `${best('m', 'r')} AND ${best('r', 'm')}`;
  const again = '(sum(n) OVER (PARTITION BY m) > 1 OR sum(n) OVER (PARTITION BY r) > 1)';
  const counted = `SELECT m, r, count(*) AS n FROM raw, (SELECT 1 FROM sandbox_estimates AS e WHERE ${plausible}) AS asked,
    LATERAL (SELECT hash(${made}) AS m, hash(${raw}) AS r) AS h WHERE ${made} IS NOT NULL AND ${raw} IS NOT NULL GROUP BY m, r`;
  const strictly = decision.technique.kind === 'round' || decision.technique.kind === 'top-bottom';
  return {
    sql: `SELECT (SELECT ${m} FROM sandbox_estimates), (SELECT ${r} FROM sandbox_estimates), count(DISTINCT m), count(DISTINCT r),
      count(*), coalesce(sum(n), 0), coalesce(sum(n) FILTER (follows), 0), coalesce(sum(n) FILTER (again), 0),
      coalesce(sum(n) FILTER (again AND follows), 0), count(*) FILTER (follows)
      FROM (SELECT *, ${follows} AS follows, ${again} AS again FROM (${counted}))`,
    rows: 1,
    judge: ([found]): readonly CheckResult[] => {
      const result = { check: 'bijection', column: decision.column, finding: name } as const;
      if (found === undefined) return [{ ...result, verdict: 'unfinished', figures: {} }];
      const [aboutValues = 0, aboutRaw = 0, values = 0, rawValues = 0, pairs = 0, ...shares] = found.map(asNumber);
      const [all = 0, follow = 0, again = 0, followAgain = 0, mapped = 0] = shares;
      const oneToOne = values === rawValues && values === pairs && values >= leastDistinct;
      const repeats = again >= leastRepeated && followAgain >= mostRepeated * again;
      // Of values that were cut at their ends, or rounded, most may stay what they were.
      const nearly = !(strictly && name === decision.column) && mapped >= leastDistinct && follow >= nearlyAll * all && (isText || repeats);
      const told = values === 0 ? { aboutValues, aboutRaw } : { values, rawValues, pairs, rows: all, followed: follow };
      return [{ ...result, verdict: oneToOne || nearly ? 'fail' : 'pass', figures: told }];
    },
  };
}
