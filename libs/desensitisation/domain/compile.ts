import { identifierFormSql, normalFormMacros, sqlName, sqlText } from '#kernel';
import type { ColumnDecision, OutputColumn, Plan, SchemaColumn } from '../contract.js';
import { checkPlan, reversibilityOf } from './plan-check.js';
import { generaliseSql } from './techniques/generalise.js';
import { maskEndsSql, maskSql } from './techniques/mask.js';
import { clampSql, decimalType, roundNumberSql, truncateTextSql } from './techniques/numeric.js';
import { hidden } from './techniques/patterns.js';

/** How a dataset's columns are typed in DuckDB; a decimal stays one all the way. */
export const duckdbType: Readonly<Record<SchemaColumn['type'], string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  decimal: decimalType,
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  boolean: 'BOOLEAN',
};

/** One thing to be done by an engine, in order; the names are those of the engine port's steps. */
export type CompiledStep =
  | { readonly kind: 'sql'; readonly sql: string; readonly result: 'none' | { readonly file: string; readonly format: 'parquet' } }
  | {
      readonly kind: 'dictionary';
      readonly name: string;
      readonly from: string;
      readonly algorithm: 'sm3' | 'sha256';
      readonly key?: string;
      readonly hexLength: number;
    };

export interface CompiledPlan {
  readonly steps: readonly CompiledStep[];
  readonly columns: readonly OutputColumn[];
  /** Purposes for which a key is needed; the engine's keys are named after them. */
  readonly purposes: readonly string[];
}

export interface CompileOptions {
  /** The table or view with the raw rows, and its column with the number of each row. */
  readonly source: string;
  readonly rowNumber: string;
  /**
   * Makes the sample repeatable: the same seed over the same rows draws the same rows, and a smaller sample lies within a larger one, so
   * that samples of one copy for one scenario never add up beyond the largest (DES-02).
   */
  readonly seed: string;
  /** Another for every run: two samples whose rows stood in one order could be laid side by side and show more than either plan allows. */
  readonly order: string;
  readonly file: string;
}

/** What techniques and checks name in their SQL; run first in each connection. */
export const normalForms = (): CompiledStep & { readonly kind: 'sql' } => ({ kind: 'sql', sql: normalFormMacros(), result: 'none' });

const digestColumn = 'sandbox_draw';

/** The order in which rows are drawn: by the digest of seed and row number. */
export const drawSql = (seed: string, rowNumber: string): string =>
  `sha256(${sqlText(`${seed}|`)} || CAST(${sqlName(rowNumber)} AS VARCHAR))`;

/** Share of the digest's first 32 bits below which a row is drawn. */
const thresholdOf = (rate: number): string =>
  Math.min(0x1_0000_0000, Math.ceil(rate * 0x1_0000_0000))
    .toString(16)
    .padStart(9, '0');

/** The table of drawn rows, one column for the draw. `0` in front makes the threshold of all rows (1 and 32 zero bits) comparable as text. */
function sampleSql(plan: Plan, columns: readonly string[], { source, rowNumber, seed }: CompileOptions): string {
  const { rate = 1, atMost } = plan.sampling ?? {};
  const limit = atMost === undefined ? '' : ` ORDER BY ${digestColumn} LIMIT ${String(atMost)}`;
  return (
    `CREATE TEMP TABLE sandbox_sample AS SELECT * FROM (SELECT ${drawSql(seed, rowNumber)} AS ${digestColumn}, ${columns.map(sqlName).join(', ')} FROM ${sqlName(source)}) AS drawn` +
    ` WHERE '0' || left(${digestColumn}, 8) < '${thresholdOf(rate)}'${limit}`
  );
}

const textOf = (column: string, type: SchemaColumn['type']): string => (type === 'text' ? column : `CAST(${column} AS VARCHAR)`);

/** A column's new value in SQL, where no other table is needed. `column` is an SQL expression of the column's own type. */
export function techniqueSql(decision: ColumnDecision, type: SchemaColumn['type'], column: string): string {
  const technique = decision.technique;
  const text = textOf(column, type);
  switch (technique.kind) {
    case 'keep':
      return column;
    case 'redact':
      return `CASE WHEN ${column} IS NOT NULL THEN ${sqlText(hidden)} END`;
    case 'mask':
      return maskSql(technique.shape, text);
    case 'mask-ends':
      return maskEndsSql(technique.start, technique.end, text);
    case 'generalise':
      return generaliseSql(technique.to, column, text);
    case 'round':
      return type === 'text' ? truncateTextSql(text, technique.decimals) : roundNumberSql(column, technique.decimals, technique.mode);
    case 'top-bottom':
      return clampSql(column, duckdbType[type], technique.bottom, technique.top);
    default:
      throw new TypeError(`${technique.kind} needs more than the value`);
  }
}

function outputType(decision: ColumnDecision, type: SchemaColumn['type']): SchemaColumn['type'] {
  const kind = decision.technique.kind;
  return kind === 'keep' || kind === 'round' || kind === 'top-bottom' ? type : 'text';
}

/**
 * Turns a plan into steps for the engine: draw the sample, build the dictionaries and the lists of frequent values that columns need,
 * write the output. Rows stand in an order of their own, so that their place says nothing.
 * @throws TypeError for a plan that `checkPlan` finds fault with: it is asked first, with its answer shown to people
 */
export function compileToDuckDb(plan: Plan, schema: readonly SchemaColumn[], options: CompileOptions): CompiledPlan {
  const [fault] = checkPlan(plan, schema);
  if (fault !== undefined) throw new TypeError(`a plan with a fault is not compiled: ${fault.problem}`);
  const kept = schema.flatMap((column) => {
    const decision = plan.columns.find((d) => d.column === column.name);
    return decision === undefined || decision.technique.kind === 'drop' ? [] : [{ column, decision }];
  });
  const tables: CompiledStep[] = [];
  const joins: string[] = [];
  const selected = kept.map(({ column, decision }, i) => {
    const technique = decision.technique;
    const from = `s.${sqlName(column.name)}`;
    const table = `sandbox_t${String(i)}`;
    if (technique.kind === 'pseudonym') {
      const algorithm = technique.algorithm === 'hmac-sm3' ? 'sm3' : 'sha256';
      const source = `SELECT ${identifierFormSql(decision.sensitiveType, textOf(sqlName(column.name), column.type))} FROM sandbox_sample`;
      tables.push({ kind: 'dictionary', name: table, from: source, algorithm, key: technique.purpose, hexLength: technique.hexLength });
      joins.push(`LEFT JOIN ${table} ON ${table}.value = ${identifierFormSql(decision.sensitiveType, textOf(from, column.type))}`);
      return `${table}.pseudonym AS ${sqlName(column.name)}`;
    }
    if (technique.kind === 'suppress-rare') {
      const text = textOf(sqlName(column.name), column.type);
      tables.push({
        kind: 'sql',
        sql: `CREATE TEMP TABLE ${table} AS SELECT ${text} AS value FROM sandbox_sample WHERE ${text} IS NOT NULL GROUP BY ALL HAVING count(*) >= ${String(technique.below)}`,
        result: 'none',
      });
      joins.push(`LEFT JOIN ${table} ON ${table}.value = ${textOf(from, column.type)}`);
      return `CASE WHEN ${from} IS NULL THEN NULL ELSE coalesce(${table}.value, ${sqlText(technique.otherwise)}) END AS ${sqlName(column.name)}`;
    }
    return `${techniqueSql(decision, column.type, from)} AS ${sqlName(column.name)}`;
  });
  const output = `SELECT ${selected.join(', ')} FROM sandbox_sample AS s ${joins.join(' ')} ORDER BY sha256(${sqlText(`${options.order}|`)} || s.${digestColumn})`;
  return {
    steps: [
      normalForms(),
      {
        kind: 'sql',
        sql: sampleSql(
          plan,
          kept.map(({ column }) => column.name),
          options,
        ),
        result: 'none',
      },
      ...tables,
      { kind: 'sql', sql: output, result: { file: options.file, format: 'parquet' } },
    ],
    columns: kept.map(({ column, decision }) => ({
      name: column.name,
      type: outputType(decision, column.type),
      reversibility: reversibilityOf(decision.technique),
      from: [column.name],
      technique: decision.technique.kind,
    })),
    purposes: [...new Set(kept.flatMap(({ decision }) => (decision.technique.kind === 'pseudonym' ? [decision.technique.purpose] : [])))],
  };
}
