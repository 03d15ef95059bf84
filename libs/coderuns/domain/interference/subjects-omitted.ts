import { sqlName, sqlText } from '#kernel';
import { subjectOf } from './identifiers-replaced.js';
import { literalsOf } from './literals.js';
import { cell, figures, isNumber, made, only, script, type Tested, type TestedInput, type TestStep } from './tested.js';

/** Subjects that are left out at most; and of those whom a condition of the code is about. */
const most = 8;
const mostByCondition = 64;
/** Of all others one in so many stays, where those who are otherwise left out stay. */
const oneIn = 16;
/** Whatever the constants of the code come to, as texts. */
const constants = 'opdomain_constants';
const isOrdered = (type: string): boolean => isNumber(type) || type === 'DATE' || type === 'TIMESTAMP';

/** A literal as a number; one that is none, or too large, meets nothing. */
const double = (literal: string): string => `TRY_CAST(${sqlText(literal)} AS DOUBLE)`;

/** Whose a row is, in normal form: by each identifier that is no name. None where nobody can have another row. */
const forms = ({ inputs }: Tested, { identifying }: TestedInput): readonly string[] =>
  (inputs.length === 1 && identifying.some(({ once }) => once === true) ? [] : identifying)
    .filter(({ isName }) => !isName)
    .map(({ column }) => `nullif(compact_form(CAST(${sqlName(column)} AS VARCHAR)), '')`)
    // Of nothing DuckDB makes a number too, and nobody’s rows are not one subject’s.
    .map((form) => `CASE WHEN ${form} IS NOT NULL THEN hash(${form}) END`);

/** Rows whom the code singles out, by what it writes out and by what stands at the ends of the columns that it reads; the first count most. */
function candidates(tested: Tested, { table, columns }: TestedInput): readonly string[] {
  const { texts, numbers } = literalsOf(tested.code);
  const conditions = tested.selections.conditions.filter((one) => one.table === table);
  const read = columns.filter(({ column }) => tested.read.get(table)?.has(column) === true);
  const few = `< ${String(tested.threshold)}`;
  const from = sqlName(table);
  const wanted = (as: string): string => `(SELECT * FROM (SELECT DISTINCT ${as} AS w FROM ${constants}) WHERE w IS NOT NULL)`;
  const matches = read.map(({ column, type }) => {
    const held = sqlName(column);
    if (isNumber(type)) return `CAST(${held} AS DOUBLE) IN ${wanted('TRY_CAST(v AS DOUBLE)')}`;
    return type === 'VARCHAR' ? `${held} IN ${wanted('v')}` : `${held} IN ${wanted(`TRY_CAST(v AS ${type})`)}`;
  });
  const score = matches.map((one) => `coalesce((${one})::INTEGER, 0)`).join(' + ');
  const rare = matches.map(
    (one, i) =>
      `SELECT rowid AS r, ${String(20 + i)} AS rank FROM ${from} WHERE ${one} AND (SELECT count(*) FROM ${from} WHERE ${one}) ${few}`,
  );
  const best = `(SELECT max(${score}) FROM ${from})`;
  const together =
    matches.length < 2
      ? []
      : [
          `SELECT rowid AS r, 10 AS rank FROM ${from} WHERE ${score} = ${best} AND ${best} > 0 AND (SELECT count(*) FROM ${from} WHERE ${score} = ${best}) ${few}`,
        ];
  const ordered = read.filter(({ type }) => isOrdered(type));
  const beyond = ordered.flatMap(({ column, type }, i) =>
    (isNumber(type) ? numbers : texts).slice(0, 8).flatMap((literal) =>
      ['>', '<'].map((by) => {
        const held = sqlName(column);
        const past = isNumber(type) ? `${held}::DOUBLE ${by} ${double(literal)}` : `${held} ${by} TRY_CAST(${sqlText(literal)} AS ${type})`;
        return `SELECT rowid AS r, ${String(40 + i)} AS rank FROM ${from} WHERE ${past} AND (SELECT count(*) FROM ${from} WHERE ${past}) ${few}`;
      }),
    ),
  );
  // Two of each column at most: what two of them make up of a sum is what the rule of dominance bounds.
  const ends = ordered.flatMap(({ column, type }) => {
    const held = sqlName(column);
    const large = isNumber(type) ? `abs(${held}::DOUBLE)` : held;
    return [
      `SELECT unnest(arg_max(rowid, ${large}, 2)) AS r, 60 AS rank FROM ${from}`,
      `SELECT arg_min(rowid, ${held}) AS r, 80 AS rank FROM ${from}`,
      `SELECT arg_max(rowid, ${held}) AS r, 80 AS rank FROM ${from}`,
    ];
  });
  // Those of whom a condition is true, or is not, where they are few; a larger number of them is not looked for.
  const asked = conditions.flatMap(({ sql }) =>
    [`coalesce(TRY(${sql}), false)`, `NOT coalesce(TRY(${sql}), false)`].map(
      (one) =>
        `SELECT r, 5 AS rank FROM (SELECT r, count(*) OVER () AS n FROM (SELECT rowid AS r FROM ${from} WHERE ${one} LIMIT ${String(tested.threshold)})) WHERE n ${few}`,
    ),
  );
  return [...asked, ...together, ...rare, ...beyond, ...ends].map((one) => `SELECT ${sqlText(table)} AS t, r, rank FROM (${one})`);
}

/** A part of those whom the code singles out: few enough together that no group may be made of them alone. */
export interface Part {
  readonly at: number;
  readonly of: number;
}
/** In how many parts so many are tried one after another. */
export const partsOf = ({ threshold }: Tested, chosen: number): number => Math.ceil(chosen / Math.max(1, threshold - 1));

/** Whom the test leaves out: rows by table, and whatever else in any input is theirs. */
export function choosing(tested: Tested, part: Part = { at: 0, of: 1 }): TestStep {
  const all = tested.inputs.flatMap((input) => candidates(tested, input));
  const none = 'SELECT NULL::VARCHAR AS t, NULL::BIGINT AS r, 0 AS rank WHERE false';
  const theirs = tested.inputs.flatMap((input) =>
    forms(tested, input).map(
      (form) =>
        `SELECT ${form} AS f FROM ${sqlName(input.table)} WHERE rowid IN (SELECT r FROM opdomain_chosen WHERE t = ${sqlText(input.table)})`,
    ),
  );
  const written = Object.values(literalsOf(tested.code))
    .flat()
    .map((one: string) => `SELECT ${sqlText(one)} AS v`);
  const values = [...written, ...tested.selections.constants.map((one) => `(${one})`)];
  return script(
    `CREATE TEMP TABLE ${constants} AS SELECT DISTINCT v FROM (${["SELECT ''::VARCHAR AS v", ...values].join(' UNION ALL ')}) WHERE v <> ''`,
    `CREATE TEMP TABLE opdomain_singled AS SELECT t, r, rank FROM (SELECT t, r, min(rank) AS rank FROM (${[none, ...all].join(' UNION ALL ')})
      WHERE r IS NOT NULL GROUP BY t, r) QUALIFY row_number() OVER (PARTITION BY rank < 10 ORDER BY rank, t, r)
      <= CASE WHEN rank < 10 THEN ${String(mostByCondition)} ELSE ${String(most)} END`,
    `CREATE TEMP TABLE opdomain_chosen AS SELECT t, r FROM opdomain_singled
      QUALIFY (row_number() OVER (ORDER BY rank, t, r) - 1) * ${String(part.of)} // count(*) OVER () = ${String(part.at)}`,
    `CREATE TEMP TABLE opdomain_theirs AS ${['SELECT NULL::UBIGINT AS f WHERE false', ...theirs].join(' UNION ')}`,
    ...tested.inputs.map(
      (input) =>
        `CREATE TEMP TABLE ${omittedOf(input.table)} AS SELECT rowid AS r FROM ${sqlName(input.table)} WHERE ${[`rowid IN (SELECT r FROM opdomain_chosen WHERE t = ${sqlText(input.table)})`, ...forms(tested, input).map((form) => `${form} IN (FROM opdomain_theirs)`)].join(' OR ')}`,
    ),
  );
}
const omittedOf = (table: string): string => sqlName(`opdomain_omitted_${table}`);

/** Which of the others stay: a random few, the same subject's rows alike. */
const stays = (tested: Tested, input: TestedInput, salt: number): string =>
  `hash(${subjectOf(tested, input.table)}, ${String(salt)}) % ${String(oneIn)} = 0`;

/** Rows told apart by their keys, and by their place among those of the same keys. */
function keyed(tested: Tested, name: string): string {
  const all = tested.types.map((_, at) => at);
  const keys = all.filter((at) => tested.keys.has(at)).map(cell);
  const partition = keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')} `;
  return `(SELECT *, row_number() OVER (${partition}ORDER BY ${all.map(cell).join(', ')}) AS nth FROM ${name})`;
}

/** How far a cell moved, as a share of the larger value; all the way where it is no number, or there no more. */
const moved = (type: string, a: string, b: string): string =>
  isNumber(type)
    ? `CASE WHEN ${a} IS NOT DISTINCT FROM ${b} THEN 0 WHEN ${a} IS NULL OR ${b} IS NULL THEN 1
        ELSE coalesce(nullif(abs(${a}::DOUBLE - ${b}::DOUBLE) / greatest(abs(${a}::DOUBLE), abs(${b}::DOUBLE)), 'nan'::DOUBLE), 0) END`
    : `CASE WHEN ${a} IS NOT DISTINCT FROM ${b} THEN 0 ELSE 1 END`;

/**
 * Of each cell that leaves, how far it moves where those who are singled out are left out (`gone`), and where they stay and all but a few
 * of the others are left out (`few`). Rows of no cell count as one. Told apart from rounding by 1e-9.
 */
function decided(tested: Tested, few: readonly string[]): string {
  const cells = tested.types.flatMap((type, at) => (tested.keys.has(at) ? [] : [{ type, at }]));
  const on = (other: string): string =>
    [...tested.keys]
      .map((at) => `l.${cell(at)} IS NOT DISTINCT FROM ${other}.${cell(at)}`)
      .concat(`l.nth = ${other}.nth`)
      .join(' AND ');
  const joins = ['w', 'g', ...few.map((_, i) => `f${String(i)}`)].map(
    (as, i) =>
      `${i === 0 ? 'JOIN' : 'LEFT JOIN'} ${keyed(tested, ['opdomain_whole', 'opdomain_gone', ...few][i] ?? '')} AS ${as} ON ${on(as)}`,
  );
  const places = few.map((_, i) => `f${String(i)}`);
  const share = String(1 - tested.dominanceShare);
  const hangs = (gone: string, others: readonly string[]): string =>
    `((${gone}) > 1e-9 AND ${others.map((one) => `(${one}) <= ${share} * (${gone})`).join(' AND ')})`;
  const each = cells.map(({ type, at }) => {
    const by = (as: string): string => moved(type, `w.${cell(at)}`, `${as}.${cell(at)}`);
    return `(l.${cell(at)} IS NOT NULL AND ${hangs(by('g'), places.map(by))})`;
  });
  const there = (as: string): string => `CASE WHEN ${as}.nth IS NULL THEN 1 ELSE 0 END`;
  return `SELECT count(*) FILTER (${[...each, hangs(there('g'), places.map(there))].join(' OR ')}), (SELECT count(*) FROM opdomain_singled)
    FROM ${keyed(tested, 'opdomain_left')} AS l ${joins.join(' ')}`;
}

/**
 * (b) The submitted code is run again without the subjects whom it singles out, and with them beside a random few of all others. Figures:
 * rows that leave of which a cell hangs on them alone: it moves where they are gone and stays, but for less than the share that may hang on
 * few, where nearly everybody else is; and how many rows the code singles out.
 * @param times how often the others are drawn; a cell hangs on nobody that moves in one of them
 */
export function subjectsOmitted(tested: Tested, times: number, part?: Part): readonly TestStep[] {
  const names = Array.from({ length: times }, (_, at) => `opdomain_few${String(at)}`);
  const few = (name: string, at: number): readonly string[] => [
    ...tested.inputs.flatMap((input) => {
      const { table } = input;
      const columns = only(input, (column) => tested.read.get(table)?.has(column) === true);
      const drawn = stays(tested, input, (tested.seed[0] ?? 0) + at);
      const parts = [drawn, `rowid IN (FROM ${omittedOf(table)}) AND NOT (${drawn})`];
      const rows = parts.map((where) => `SELECT ${columns} FROM ${sqlName(table)} WHERE ${where}`);
      return [`CREATE TEMP TABLE ${fewOf(table)} AS ${rows.join(' UNION ALL ')}`, ...swap(table)];
    }),
    made(name, 'opdomain_code', tested),
    ...tested.inputs.flatMap(({ table }) => [...swap(table), `DROP TABLE ${fewOf(table)}`]),
  ];
  return [
    choosing(tested, part),
    script(made('opdomain_whole', 'opdomain_code', tested), ...names.flatMap(few)),
    script(
      'BEGIN TRANSACTION',
      ...tested.inputs.map(({ table }) => `DELETE FROM ${sqlName(table)} WHERE rowid IN (FROM ${omittedOf(table)})`),
      made('opdomain_gone', 'opdomain_code', tested),
    ),
    figures(decided(tested, names)),
    script('ROLLBACK'),
  ];
}

const fewOf = (table: string): string => sqlName(`opdomain_few_${table}`);
/** The table and its few rows change names. */
const swap = (table: string): readonly string[] => [
  `ALTER TABLE ${sqlName(table)} RENAME TO opdomain_swapped`,
  `ALTER TABLE ${fewOf(table)} RENAME TO ${sqlName(table)}`,
  `ALTER TABLE opdomain_swapped RENAME TO ${fewOf(table)}`,
];
