import { identifierFormSql, normalFormMacros, sqlName, sqlText } from '#kernel';
import type { SensitiveType } from '#datasets/contract';
import type { ColumnDecision, OutputColumn, Plan, SchemaColumn } from '../contract.js';
import { keptClasses, keyOf } from './anonymity/classes-sql.js';
import { chosenSql, groupingSql, rangesSql, type Climbing } from './anonymity/groups-sql.js';
import { climbsByNumber, hierarchyOf, ladderOf, type Range } from './anonymity/ladder.js';
import type { Node } from './anonymity/lattice.js';
import { requirementOf, type Requirement } from './anonymity/requirement.js';
import type { Made } from './anonymity/rungs.js';
import { checkPlan, reversibilityOf } from './plan-check.js';
import { noiseByRow, shuffleByRow, type Beside, type ByRow } from './techniques/by-row.js';
import { generaliseSql } from './techniques/generalise.js';
import { encipheredSql, encipherSql, shiftDaysSql, shiftTextSql } from './techniques/keyed.js';
import { maskEndsSql, maskSql } from './techniques/mask.js';
import { noisePurpose, releasesOf } from './techniques/noise.js';
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
  | {
      readonly kind: 'sql';
      readonly sql: string;
      readonly result: 'none' | { readonly rows: number } | { readonly file: string; readonly format: 'parquet' };
    }
  | {
      readonly kind: 'dictionary';
      readonly name: string;
      readonly from: string;
      readonly algorithm: 'sm3' | 'sha256';
      readonly key?: string;
      readonly hexLength: number;
    }
  | {
      readonly kind: 'keyed';
      readonly name: string;
      readonly algorithm: 'sm3' | 'sha256';
      readonly key: string;
      readonly hexLength: number;
    }
  | { readonly kind: 'cipher'; readonly name: string; readonly cipher: 'aes' | 'sm4'; readonly key: string };

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
  /** The copy: noise is drawn for its rows. */
  readonly delivery: string;
  readonly file: string;
}

/** What techniques and checks name in their SQL; run first in each connection. */
export const normalForms = (): CompiledStep & { readonly kind: 'sql' } => ({ kind: 'sql', sql: normalFormMacros(), result: 'none' });

/** Where a row comes to stand in the output. */
const orderColumn = 'sandbox_order';

/** Identifiers by which rows are drawn, the steadiest first: a subject is drawn in each delivery or in none. */
const steadiest: readonly SensitiveType[] = ['resident-id', 'uscc', 'passport', 'hk-macao-permit', 'taiwan-permit', 'medical-record-number', 'account-number', 'mobile']; // prettier-ignore

/**
 * The order in which rows are drawn: by the digest of seed and subject, so that samples of several deliveries lie within the largest. A row
 * of nobody is drawn by what stands in it.
 */
export function drawSql(plan: Plan, schema: readonly SchemaColumn[], seed: string): string {
  const found = steadiest.flatMap((type) =>
    plan.columns.filter(({ column, sensitiveType }) => sensitiveType === type && isText(schema, column)),
  );
  const form = found
    .slice(0, 1)
    .map(({ column, sensitiveType }) => identifierFormSql(sensitiveType, textOf(sqlName(column), typeOf(schema, column))));
  const row = `CAST({${schema.map(({ name }, i) => `c${String(i)}: ${sqlName(name)}`).join(', ')}} AS VARCHAR)`;
  return `sha256(${sqlText(`${seed}|`)} || ${form.length === 0 ? row : `coalesce(${form.join('')}, ${row})`})`;
}
const typeOf = (schema: readonly SchemaColumn[], name: string): SchemaColumn['type'] =>
  schema.find((column) => column.name === name)?.type ?? 'text';
const isText = (schema: readonly SchemaColumn[], name: string): boolean => ['text', 'integer'].includes(typeOf(schema, name));

/** What digests of drawn rows are less than: the rate's share of their first 32 bits. Undefined for all rows. */
function thresholdOf(rate: number): string | undefined {
  const below = Math.ceil(rate * 0x1_0000_0000);
  return below >= 0x1_0000_0000 ? undefined : below.toString(16).padStart(8, '0');
}

/**
 * The drawn rows. At most so many are those before the digest of the first that is too much: digests are sorted, not rows. Their order in the
 * output comes from digest, row number and run: a number, since whole rows are sorted by it, which nobody can tell without the seed.
 * @param once the rows are read one time: then they are not kept
 * @param beside what else of a row is needed, as expressions over the whole copy
 */
function sampleSql(
  plan: Plan,
  schema: readonly SchemaColumn[],
  columns: readonly string[],
  { source, rowNumber, seed, order }: CompileOptions,
  once: boolean,
  beside: readonly Beside[],
): string {
  const { rate = 1, atMost, strata } = plan.sampling ?? {};
  const draw = drawSql(plan, schema, seed);
  const threshold = thresholdOf(rate);
  const stratum = strata === undefined ? [] : [`${sqlName(strata.column)} AS stratum`];
  const needed = [...[...new Set([...columns, rowNumber])].map(sqlName), ...beside.map(({ name, sql }) => `${sql} AS ${name}`)];
  const drawn = `SELECT ${[`${draw} AS draw`, ...stratum, ...needed].join(', ')} FROM ${sqlName(source)}`;
  const rated = threshold === undefined ? 'true' : `draw < '${threshold}'`;
  const first = strata === undefined ? '' : `rank() OVER (PARTITION BY stratum ORDER BY draw) <= ${String(strata.atLeast)}`;
  const rows = first === '' ? `(${drawn}) AS d WHERE ${rated}` : `(${drawn}) AS d QUALIFY ${rated} OR ${first}`;
  const tooMuch = `SELECT draw FROM (SELECT draw FROM ${rows}) AS digests ORDER BY draw LIMIT 1 OFFSET ${String(atMost ?? 0)}`;
  const before = atMost === undefined ? '' : ` WHERE draw < coalesce((${tooMuch}), 'g')`;
  const kept = [
    `hash(${sqlText(`${order}|`)} || draw || '|' || ${sqlName(rowNumber)}) AS ${orderColumn}`,
    ...columns.map(sqlName),
    ...beside.map(({ name }) => name),
  ].join(', ');
  return `CREATE TEMP ${once ? 'VIEW' : 'TABLE'} sandbox_sample AS SELECT ${kept} FROM (SELECT * FROM ${rows}) AS r${before}`;
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
      return generaliseSql(technique.to, column, text, type);
    case 'round':
      return type === 'text' ? truncateTextSql(text, technique.decimals) : roundNumberSql(column, technique.decimals, technique.mode);
    case 'top-bottom':
      return clampSql(column, duckdbType[type], technique.bottom, technique.top);
    default:
      throw new TypeError(`${technique.kind} needs more than the value`);
  }
}

function outputType({ technique: { kind }, column }: ColumnDecision, type: SchemaColumn['type'], plan: Plan): SchemaColumn['type'] {
  if (hierarchyOf(plan.singlingOut, column) !== undefined) return 'text';
  return kind === 'keep' ||
    kind === 'round' ||
    kind === 'top-bottom' ||
    kind === 'shift-days' ||
    kind === 'laplace-noise' ||
    kind === 'shuffle'
    ? type
    : 'text';
}

/** What is drawn, and what each column of the output is made of. */
interface Drawn {
  readonly purposes: readonly string[];
  readonly columns: readonly OutputColumn[];
  /** Up to the drawn rows and the tables that columns need beside them. */
  readonly steps: readonly CompiledStep[];
  /** Behind FROM: the drawn rows as `s`, joined with those tables. */
  readonly from: string;
  readonly made: readonly (Made & { readonly column: string; readonly decision: ColumnDecision })[];
}

/** The other column that a technique reads. */
const subjectOf = ({ technique }: ColumnDecision): readonly string[] =>
  'subject' in technique ? [technique.subject] : technique.kind === 'shuffle' && technique.within !== undefined ? [technique.within] : [];

const purposesOf = (technique: ColumnDecision['technique']): readonly string[] =>
  'purpose' in technique ? [technique.purpose] : technique.kind === 'laplace-noise' ? [noisePurpose] : [];

/** What a plan and its dataset say of a column. */
const decisionOf = (plan: Plan, schema: readonly SchemaColumn[], name: string) => ({
  sensitiveType: plan.columns.find(({ column }) => column === name)?.sensitiveType ?? ('none' as const),
  type: schema.find((column) => column.name === name)?.type ?? ('text' as const),
});

/** @param needed the columns that are made; all that are not dropped where it is not said */
function drawn(plan: Plan, schema: readonly SchemaColumn[], options: CompileOptions, needed?: readonly string[]): Drawn {
  const [fault] = checkPlan(plan, schema);
  if (fault !== undefined) throw new TypeError(`a plan with a fault is not compiled: ${fault.problem}`);
  const kept = schema.flatMap((column) => {
    const decision = plan.columns.find((d) => d.column === column.name);
    const left = decision !== undefined && decision.technique.kind !== 'drop' && needed?.includes(column.name) !== false;
    return left ? [{ column, decision }] : [];
  });
  const tables: CompiledStep[] = [];
  const joins: string[] = [];
  const beside: Beside[] = [];
  const releases = releasesOf(plan, options.delivery);
  const byRowOf = ({ technique }: ColumnDecision, column: SchemaColumn, i: number): ByRow | undefined => {
    const at = { i, column, source: sqlName(options.source), row: sqlName(options.rowNumber), type: duckdbType[column.type] };
    if (technique.kind === 'shuffle') return shuffleByRow({ ...options, column: column.name, technique }, at);
    const release = releases.find((one) => one.column === column.name);
    if (technique.kind !== 'laplace-noise' || release === undefined) return undefined;
    const subject = decisionOf(plan, schema, technique.subject);
    return noiseByRow(release, identifierFormSql(subject.sensitiveType, textOf(sqlName(technique.subject), subject.type)), at);
  };
  /** Computed once, below what names them several times. */
  const forms: string[] = [];
  const ciphers: string[] = [];
  const expressions = kept.map(({ column, decision }, i) => {
    const technique = decision.technique;
    const from = `s.${sqlName(column.name)}`;
    const table = `sandbox_t${String(i)}`;
    if (technique.kind === 'pseudonym') {
      const algorithm = technique.algorithm === 'hmac-sm3' ? 'sm3' : 'sha256';
      tables.push({ kind: 'keyed', name: table, algorithm, key: technique.purpose, hexLength: technique.hexLength });
      const form = sqlName(`sandbox_f${String(i)}`);
      forms.push(`${identifierFormSql(decision.sensitiveType, textOf(sqlName(column.name), column.type))} AS ${form}`);
      return `${table}(s.${form})`;
    }
    if (technique.kind === 'encipher') {
      tables.push({ kind: 'cipher', name: table, cipher: technique.algorithm === 'ff1-sm4' ? 'sm4' : 'aes', key: technique.purpose });
      const form = sqlName(`sandbox_f${String(i)}`);
      forms.push(`${identifierFormSql(decision.sensitiveType, textOf(sqlName(column.name), column.type))} AS ${form}`);
      const body = sqlName(`sandbox_c${String(i)}`);
      ciphers.push(
        `${encipheredSql(technique, form, table)} AS ${body}`,
        `TRY_CAST(${body} AS BIGINT) AS ${sqlName(`sandbox_n${String(i)}`)}`,
      );
      return encipherSql(technique, `s.${form}`, `s.${body}`, `s.${sqlName(`sandbox_n${String(i)}`)}`);
    }
    if (technique.kind === 'shift-days') {
      const subject = decisionOf(plan, schema, technique.subject);
      tables.push({ kind: 'keyed', name: table, algorithm: 'sm3', key: technique.purpose, hexLength: 16 });
      const form = sqlName(`sandbox_f${String(i)}`);
      forms.push(`${shiftTextSql(identifierFormSql(subject.sensitiveType, textOf(sqlName(technique.subject), subject.type)))} AS ${form}`);
      return shiftDaysSql(technique, from, column.type, `s.${form}`, table);
    }
    const byRow = byRowOf(decision, column, i);
    if (byRow !== undefined) {
      beside.push(...byRow.beside);
      tables.push(...byRow.tables);
      forms.push(...byRow.forms);
      joins.push(byRow.join);
      return byRow.expression;
    }
    if (technique.kind === 'suppress-rare') {
      const text = textOf(sqlName(column.name), column.type);
      tables.push({
        kind: 'sql',
        sql: `CREATE TEMP TABLE ${table} AS SELECT ${text} AS value FROM sandbox_sample WHERE ${text} IS NOT NULL GROUP BY ALL HAVING count(*) >= ${String(technique.below)}`,
        result: 'none',
      });
      joins.push(`LEFT JOIN ${table} ON ${table}.value = ${textOf(from, column.type)}`);
      return `CASE WHEN ${from} IS NULL THEN NULL ELSE coalesce(${table}.value, ${sqlText(technique.otherwise)}) END`;
    }
    return techniqueSql(decision, column.type, from);
  });
  const made = kept.map(({ column, decision }, i) => {
    const type = outputType(decision, column.type, plan);
    const expression = expressions[i] ?? 'NULL';
    const own = type === 'text' && decision.technique.kind === 'keep' ? textOf(expression, column.type) : expression;
    return { column: column.name, decision, raw: `s.${sqlName(column.name)}`, rawType: column.type, made: own, type };
  });
  const columns = [...new Set(kept.flatMap(({ column, decision }) => [column.name, ...subjectOf(decision)]))];
  const rereads = kept.some(({ decision }) => decision.technique.kind === 'suppress-rare');
  return {
    steps: [normalForms(), { kind: 'sql', sql: sampleSql(plan, schema, columns, options, !rereads, beside), result: 'none' }, ...tables],
    from: `FROM ${[forms, ciphers].reduce((rows, more) => (more.length === 0 ? rows : `(SELECT *, ${more.join(', ')} FROM ${rows} AS f)`), 'sandbox_sample')} AS s ${joins.join(' ')}`,
    made,
    columns: made.map(({ column, decision, type }) => ({
      name: column,
      type,
      reversibility: reversibilityOf(decision.technique),
      from: [column, ...subjectOf(decision)],
      technique: decision.technique.kind,
    })),
    purposes: [...new Set(kept.flatMap(({ decision: { technique } }) => purposesOf(technique)))],
  };
}

const rowsWanted = (sql: string): CompiledStep => ({ kind: 'sql', sql, result: { rows: 1 } });

/** What the search for a plan's k is made of: jobs over the drawn rows first, then over their groups alone. */
export interface CompiledSearch {
  readonly requirement: Requirement;
  /** Its last step says the least and the greatest number of every column that climbs by numbers; undefined where none does. */
  readonly ranges: readonly CompiledStep[] | undefined;
  /** With the answer to that: what each quasi-identifier may become, and the steps that write the file of groups. */
  grouping(row: readonly unknown[]): { readonly climbing: readonly Climbing[]; readonly steps: readonly CompiledStep[] };
}

/** @param groups the file of the scratch that the groups are written to */
export function compileSearch(
  plan: Plan,
  schema: readonly SchemaColumn[],
  options: CompileOptions,
  groups: string,
): CompiledSearch | undefined {
  const declared = plan.singlingOut;
  if (declared === undefined) return undefined;
  const requirement = requirementOf(declared);
  const { steps, from, made } = drawn(plan, schema, options, [...declared.quasiIdentifiers, ...requirement.sensitive]);
  const quasi = declared.quasiIdentifiers.flatMap((name) => made.filter(({ column }) => column === name));
  const numeric = quasi.filter(({ decision, type }) => climbsByNumber(decision, type, declared));
  const sensitive = requirement.sensitive.map((name) => made.find(({ column }) => column === name)?.made ?? 'NULL');
  return {
    requirement,
    ranges: numeric.length === 0 ? undefined : [...steps, rowsWanted(rangesSql(numeric, from))],
    grouping(row) {
      const climbing = quasi.map((one): Climbing => {
        const at = 2 * numeric.indexOf(one);
        const range: Range = at < 0 || row[at] == null ? undefined : [Number(row[at]), Number(row[at + 1])];
        return { ...one, sqlType: duckdbType[one.type], rungs: ladderOf(one.decision, one.type, declared, range) };
      });
      const { script, groups: select } = groupingSql(climbing, sensitive, from);
      const written: CompiledStep[] = [
        { kind: 'sql', sql: script, result: 'none' },
        { kind: 'sql', sql: select, result: { file: groups, format: 'parquet' } },
      ];
      return { climbing, steps: [...steps, ...written] };
    },
  };
}

/** The rungs on which a search ended. */
export interface Chosen {
  readonly climbing: readonly Climbing[];
  readonly node: Node;
}

/**
 * Turns a plan into steps for the engine: draw the sample, build the dictionaries and the lists of frequent values that columns need,
 * write the output. Rows stand in an order of their own, so that their place says nothing.
 * @param chosen for a plan with quasi-identifiers: what they become; rows whose combination still has not what is asked are left out
 * @throws TypeError for a plan that `checkPlan` finds fault with: it is asked first, with its answer shown to people
 */
export function compileToDuckDb(plan: Plan, schema: readonly SchemaColumn[], options: CompileOptions, chosen?: Chosen): CompiledPlan {
  const { steps, from, made, columns, purposes } = drawn(plan, schema, options);
  const climbed = new Map(chosen === undefined ? [] : chosenSql(chosen.climbing, chosen.node).map(({ column, sql }) => [column, sql]));
  const selected = made.map(({ column, made: own }) => `${climbed.get(column) ?? own} AS ${sqlName(column)}`).join(', ');
  const names = made.map(({ column }) => sqlName(column)).join(', ');
  const file = { file: options.file, format: 'parquet' } as const;
  const declared = plan.singlingOut;
  if (declared === undefined || chosen === undefined)
    return {
      steps: [...steps, { kind: 'sql', sql: `SELECT ${selected} ${from} ORDER BY s.${orderColumn}`, result: file }],
      columns,
      purposes,
    };
  const requirement = requirementOf(declared);
  const sensitive = requirement.sensitive.map((name, j) => `${sqlName(name)} AS s${String(j)}`);
  const weighed = `SELECT sandbox_key, ${[...sensitive, '1 AS n'].join(', ')} FROM sandbox_made`;
  const key = keyOf(declared.quasiIdentifiers);
  const kept = keptClasses(requirement, { relation: 'weighed', key: 'sandbox_key' });
  const whole: CompiledStep[] = [
    {
      kind: 'sql',
      sql:
        `CREATE TEMP TABLE sandbox_made AS SELECT *, ${key} AS sandbox_key FROM (SELECT s.${orderColumn}, ${selected} ${from}) AS m;
` + `CREATE TEMP TABLE sandbox_kept AS WITH weighed AS (${weighed}), ${kept} SELECT key AS sandbox_key FROM kept`,
      result: 'none',
    },
    {
      kind: 'sql',
      sql: `SELECT ${names} FROM sandbox_made SEMI JOIN sandbox_kept USING (sandbox_key) ORDER BY ${orderColumn}`,
      result: file,
    },
  ];
  return { steps: [...steps, ...whole], columns, purposes };
}
