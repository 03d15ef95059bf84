import { identifierFormSql, identifierOfCompactSql, identifierRules, sqlName, sqlText } from '#kernel';
import type { ColumnDecision, OutputColumn, Plan, SchemaColumn } from '../../contract.js';
import { pointsAtOne } from '../sensitive-types.js';
import { asNumber, type CheckResult, type Examination, type Measurement } from './checks.js';

/** A shorter form is too common to be somebody's: two Han characters, or six digits and letters. */
const somebodys = `(length(f) >= 6 OR (length(f) >= 2 AND regexp_full_match(f, '[\\x{4E00}-\\x{9FFF}]+')))`;
/** Names and places are words too: a few of them stand in any text by chance. Of the others one is too many. */
const byChance: ReadonlySet<string> = new Set(['name', 'address', 'coordinates']);
const mostByChance = 0.05;
const compared: readonly OutputColumn['type'][] = ['text', 'integer', 'decimal'];

/**
 * Published values beside raw ones, in normal form and whatever a detector makes of them (DES-04): a raw identifier that is found in any
 * unkeyed output column was not hidden. Only what the plan calls an identifier is compared; a harmless column that names its rows is found
 * by `bijectionChecks`.
 */
export function rawValueChecks(plan: Plan, schema: readonly SchemaColumn[], columns: readonly OutputColumn[]): Examination {
  const published = columns.filter((column) => compared.includes(column.type) && column.reversibility !== 'keyed');
  const raws = plan.columns.filter(
    ({ column, sensitiveType }) =>
      pointsAtOne(sensitiveType) && schema.some(({ name, type }) => name === column && compared.includes(type)),
  );
  if (published.length === 0 || raws.length === 0) return { preparation: [], measurements: [] };
  const values = published.map(
    ({ name }) => `SELECT DISTINCT ${sqlText(name)} AS name, CAST(${sqlName(name)} AS VARCHAR) AS v FROM output`,
  );
  const made = `CREATE TEMP TABLE sandbox_published AS SELECT name, compact_form(v) AS c FROM (${values.join(' UNION ALL ')}) AS p WHERE v IS NOT NULL`;
  return {
    preparation: [{ kind: 'sql', sql: made, result: 'none' }],
    measurements: raws.map((raw) => measurement(raw, published)),
  };
}

/** Generalised and rounded values may be what some rows hold already; whether they still point at one is k's to say. */
const isCompared = ({ column }: ColumnDecision, { from, technique }: OutputColumn): boolean =>
  !from.includes(column) || (technique !== 'generalise' && technique !== 'round');

/** One pass over a raw column, beside all that is published. */
function measurement(raw: ColumnDecision, published: readonly OutputColumn[]): Measurement {
  const { column, sensitiveType } = raw;
  const text = `CAST(${sqlName(column)} AS VARCHAR)`;
  const own = Object.hasOwn(identifierRules, sensitiveType) ? identifierFormSql(sensitiveType, text) : `compact_form(${text})`;
  const forms = `SELECT DISTINCT name, ${identifierOfCompactSql(sensitiveType, 'c')} AS f FROM sandbox_published`;
  return {
    sql:
      `WITH p AS MATERIALIZED (SELECT name, f FROM (${forms}) AS q WHERE ${somebodys}),` +
      ` r AS MATERIALIZED (SELECT DISTINCT f FROM (SELECT ${own} AS f FROM raw) AS q WHERE f IN (SELECT f FROM p))` +
      ` SELECT p.name, count(*), count(r.f) FROM p LEFT JOIN r ON p.f = r.f GROUP BY p.name`,
    rows: published.length + 1,
    judge: (rows, truncated): readonly CheckResult[] =>
      published
        .filter((one) => isCompared(raw, one))
        .map((one): CheckResult => {
          const about = { check: 'raw-values', column: one.name, finding: column } as const;
          if (truncated) return { ...about, verdict: 'unfinished', figures: {} };
          const [values, hits] = (rows.find(([name]) => name === one.name)?.slice(1) ?? [0, 0]).map(asNumber) as [number, number];
          const allowed = byChance.has(sensitiveType) ? Math.max(2, mostByChance * values) : 0;
          return { ...about, verdict: hits > allowed ? 'fail' : 'pass', figures: { values, hits } };
        }),
  };
}
