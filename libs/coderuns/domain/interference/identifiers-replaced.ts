import { sqlName } from '#kernel';
import { replacedTable } from './replacement.js';
import { cell, figures, isFloat, made, script, type Tested, type TestStep } from './tested.js';

/** The columns to replace: identifying, and read by the code. */
export const identifiersRead = ({ inputs, read }: Pick<Tested, 'inputs' | 'read'>) =>
  inputs.flatMap(({ table, columns, identifying }) => {
    const named = new Set(identifying.map(({ column }) => column));
    const used = columns.filter(({ column }) => named.has(column) && read.get(table)?.has(column) === true);
    return used.length === 0 ? [] : [{ table, columns: used }];
  });

/** Whether two cells differ; floating point numbers by more than 1e-9 of the larger. */
const differs = (type: string, a: string, b: string): string =>
  isFloat(type)
    ? `(${a} IS DISTINCT FROM ${b} AND NOT coalesce(abs(${a} - ${b}) <= 1e-9 * greatest(abs(${a}), abs(${b})), false))`
    : `${a} IS DISTINCT FROM ${b}`;

/** The inputs with other identifiers take the place of the inputs, until the transaction is taken back. */
const replacing = (tested: Tested): readonly string[] =>
  identifiersRead(tested).flatMap(({ table, columns }) => [
    `CREATE TEMP TABLE opdomain_replaced AS ${replacedTable(sqlName(table), columns, tested.seed)}`,
    `DROP TABLE ${sqlName(table)}`,
    `ALTER TABLE opdomain_replaced RENAME TO ${sqlName(table)}`,
  ]);

/** A result’s rows by their place in the order of these columns. */
const sorted = (name: string, by: readonly number[]): string =>
  `(SELECT *, row_number() OVER (ORDER BY ${by.map(cell).join(', ') || '1'}) AS opdomain_at FROM ${name})`;

/** Which columns of the result are texts: the only ones that can be identifiers as they are. */
const textColumns = ({ types }: Tested): readonly number[] => types.flatMap((type, at) => (type === 'VARCHAR' ? [at] : []));

/**
 * (a) What leaves is made again over inputs in which every identifier that the code reads is another. Figures: how many rows of the two
 * results are there on one side alone; in how many a cell differs; and of each text column how many values of one the other has not.
 */
export function identifiersReplaced(tested: Tested): readonly TestStep[] {
  const differing = tested.types.map((type, at) => differs(type, `a.${cell(at)}`, `b.${cell(at)}`));
  const all = tested.types.map((_, at) => at);
  const changed = textColumns(tested).map(
    (at) => `(SELECT count(*) FROM (SELECT ${cell(at)} FROM opdomain_left EXCEPT ALL SELECT ${cell(at)} FROM opdomain_again))`,
  );
  return [
    script('BEGIN TRANSACTION', ...replacing(tested), made('opdomain_again', 'opdomain_leaving', tested)),
    figures(`SELECT count(*) FILTER (a.opdomain_at IS NULL OR b.opdomain_at IS NULL), count(*) FILTER (${differing.join(' OR ') || 'false'}), ${changed.join(', ') || '0'}
      FROM ${sorted('opdomain_left', all)} AS a FULL JOIN ${sorted('opdomain_again', all)} AS b ON a.opdomain_at = b.opdomain_at`),
    script('ROLLBACK'),
  ];
}
/** Whether the results are equal, row by row. What was not answered is no pass. */
export const unchanged = ([alone, differing]: readonly number[]): boolean => alone === 0 && differing === 0;
/** The text columns whose values changed. */
export const renamedColumns = (tested: Tested, [, , ...changed]: readonly number[]): readonly number[] =>
  textColumns(tested).filter((_, i) => (changed[i] ?? 1) > 0);

/**
 * Looked at only where (a) found a difference: whether it is only the order, or that groups are called by identifiers. Figures: rows that differ where the renamed columns are left out; and values of each renamed column that do not stand, as they are, at
 * the whole, the beginning or the end of the identifiers of enough subjects.
 */
export function groupsNamed(tested: Tested, renamed: readonly number[]): readonly TestStep[] {
  const others = tested.types.flatMap((type, at) => (renamed.includes(at) ? [] : [{ type, at }]));
  const order = others.map(({ at }) => at);
  const differing = others.map(({ type, at }) => differs(type, `a.${cell(at)}`, `b.${cell(at)}`));
  const unknown = renamed.map(
    (at) => `(SELECT count(*) FROM (SELECT DISTINCT ${cell(at)} AS value FROM opdomain_left
      WHERE ${cell(at)} IS NOT NULL AND ${cell(at)} <> '') AS o WHERE NOT EXISTS (SELECT 1 FROM opdomain_standing AS s WHERE s.value = o.value))`,
  );
  return [
    script('BEGIN TRANSACTION', ...replacing(tested), made('opdomain_again', 'opdomain_leaving', tested)),
    figures(`SELECT count(*) FILTER (a.opdomain_at IS NULL OR b.opdomain_at IS NULL OR ${differing.join(' OR ') || 'false'})
      FROM ${sorted('opdomain_left', order)} AS a FULL JOIN ${sorted('opdomain_again', order)} AS b ON a.opdomain_at = b.opdomain_at`),
    script('ROLLBACK'),
    ...(renamed.length === 0 ? [] : [script(`CREATE TEMP TABLE opdomain_standing AS ${standing(tested, renamed)}`)]),
    figures(`SELECT ${unknown.join(', ') || '0'}`),
  ];
}

/** Texts of the renamed columns that stand at the whole, the beginning or the end of the identifiers of at least so many subjects. */
function standing(tested: Tested, renamed: readonly number[]): string {
  const values = renamed.map((at) => `SELECT ${cell(at)} AS value FROM opdomain_left WHERE ${cell(at)} <> ''`).join(' UNION ');
  const places = identifiersRead(tested).flatMap(({ table, columns }) =>
    columns.flatMap(({ column }) =>
      ['left', 'right'].map(
        (end) => `SELECT ${end}(CAST(${sqlName(column)} AS VARCHAR), n) AS value, ${subjectOf(tested, table, column)} AS subject
          FROM ${sqlName(table)}, (SELECT DISTINCT length(value) AS n FROM wanted)`,
      ),
    ),
  );
  const found = places.map(
    (place) => `SELECT value FROM (${place}) SEMI JOIN wanted USING (value)
      GROUP BY value HAVING count(DISTINCT subject) >= ${String(tested.threshold)}`,
  );
  return `WITH wanted AS (SELECT DISTINCT value FROM (${values})) ${found.join(' UNION ')}`;
}

/** What tells subjects apart beside the column that is looked at: another identifier that is no name, the one with the most values, or the row. */
export function subjectOf({ inputs }: Tested, table: string, but?: string): string {
  const own =
    inputs.find((one) => one.table === table)?.identifying.filter(({ isName, otherwise }) => !isName && otherwise === undefined) ?? [];
  const others = own.filter(({ column }) => column !== but);
  const found = others.find(({ once }) => once === true) ?? others.at(-1) ?? own[0];
  return found === undefined ? 'rowid' : sqlName(found.column);
}
