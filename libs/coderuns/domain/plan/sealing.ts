import { sealedMapPrime } from '../sealed/header.js';
import type { Identifier } from './compile.js';
import type { Compiled, Tables } from './compiled.js';
import type { DisclosureRule } from './enforce.js';
import type { Shape, Source, Strand } from './shape.js';

/**
 * A sealed map: beside a result, who stands behind each cell of it, told by so few numbers that nobody is listed. Of a cell with the
 * subjects s, each an element s of a field, and their rows in it, each a weight w of the field, it holds the sums over subjects of
 * (sum of w) · s^j for j = 0, 1, 2 … These are linear: those of rows together are the sum of those of their parts. And they tell a few
 * subjects exactly: the difference of two cells follows a linear recurrence whose length is the number of subjects in whose rows the two
 * differ, which 2 n of these numbers show wherever there are at most n (Prony; Ben-Or and Tiwari, STOC 1988).
 */
/** How many numbers tell of `threshold` − 1 subjects, with some more by which a longer recurrence is not taken for a short one. */
export const termsFor = (threshold: number): number => 2 * threshold + 4;

/** Subjects are also counted by class: two cells that differ by a few have nearly as many of each, which is quickly seen. */
export const subjectClasses = 16;

/** Cells of one relation of groups, for which of its rows they count, as a map has them. */
export interface SealedNode {
  readonly strands: readonly Pick<Strand, 'table' | 'column' | 'once'>[];
  /** How many keys it is grouped by; a cell's level says which of them it has: the first key is the highest bit, set where it is missing. */
  readonly keys: number;
  /** Of each cell the fields whose values as they are it sums; none where it counts; null where it computes. */
  readonly cells: readonly (readonly Source[] | null)[];
  /** Selects the rows of the map. */
  readonly sql: string;
}

/** What a map's reader has to know to compare it with another. */
export interface AboutMap {
  readonly type: 'opdomain.sealed-map.v1';
  readonly prime: typeof sealedMapPrime;
  readonly terms: number;
  readonly threshold: number;
  readonly nodes: readonly Omit<SealedNode, 'sql'>[];
}
export interface Sealed {
  /** Statements that are run first. */
  readonly before: readonly string[];
  readonly sql: string;
  /** A SELECT of the map, in columns of numbers and `cell`; see `mapColumns`. */
  readonly map: string;
  /** A SELECT of how many groups and cells are held back, a row for each relation of groups; see `heldBackColumns`. */
  readonly held: string;
  readonly about: AboutMap;
}

/** No column can be called so: what stands for a whole row of an input. */
export const wholeRow = '"whole row"';

/** Functions of the run: of a hash, the element of the field that stands for a subject, and the weight that stands for a row. */
export function sealingMacros(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  const [first, second, third] = [0, 8, 16].map((at) => bytes.readBigUInt64BE(at).toString());
  const field = (of: string): string => `CAST(1 + ${of} % ${String(sealedMapPrime - 1)} AS BIGINT)`;
  return [
    `CREATE MACRO sealed_subject(h) AS ${field(`hash(xor(hash(xor(h, ${first ?? ''}::UBIGINT)), ${second ?? ''}::UBIGINT))`)}`,
    `CREATE MACRO sealed_row(h) AS ${field(`hash(xor(h, ${third ?? ''}::UBIGINT))`)}`,
  ].join(';\n');
}

/** People are told apart by what identifies them and tells the fewest apart; by names only where there is nothing else. */
export function strandOf(holder: string, table: string, identifying: readonly Identifier[]): Strand {
  const by = identifying.find(({ isName, otherwise }) => !isName && otherwise === undefined) ?? identifying[0];
  return { table, column: by?.column ?? '', once: by?.once ?? by === undefined, by: `${holder}_s`, row: `${holder}_r` };
}
/** A row is which it is by all that the run may see of it, so that it is the same in another delivery. Whose nobody is, is its own. */
export const strandTexts = ({ by, row }: Strand, subject: string): readonly string[] => [
  `coalesce(${subject}, hash(hash(${wholeRow}))) AS ${by}`,
  `sealed_row(hash(${wholeRow})) AS ${row}`,
];

export interface SealedCell {
  readonly of: readonly Source[] | null;
  readonly counts: string;
  readonly shown: readonly string[];
  readonly distinct: readonly string[];
}
export interface Groups {
  readonly rows: Compiled;
  readonly keys: readonly string[];
  readonly level: string;
  /** GROUP BY of the groups, with more columns in each set. */
  readonly by: (more: readonly string[]) => string;
  /** Which rows count for a cell, as columns of `rows`, and which of what was judged says that it is shown, and that it counts subjects. */
  readonly cells: readonly SealedCell[];
  /** Has the keys, `level` and what `cells` refers to. */
  readonly judged: Compiled;
}

/** Adds to the tables' map the cells of these groups. */
export function seal(tables: Tables, { rows, keys, level, by, cells, judged }: Groups, { threshold }: DisclosureRule): void {
  const strands = rows.shape.holders.flatMap((holder) => holder.strands);
  const parts = strands.flatMap((strand, at) => {
    if (cells.length === 0) return [];
    const cell = powerSums(tables, strand, rows, { keys, level, by, cells }, termsFor(threshold));
    const names = cells.map((_, c) => String(c));
    const where = ['level', ...keys].map((one) => `j.${one} IS NOT DISTINCT FROM s.${one}`).join(' AND ');
    const which = (of: (one: Groups['cells'][number]) => readonly string[]): string =>
      `CASE s.cell ${cells
        .map(
          (one, c) =>
            `WHEN ${names[c] ?? ''} THEN ${
              of(one)
                .map((sql) => `coalesce(j.${sql}, false)`)
                .join(' OR ') || 'false'
            }`,
        )
        .join(' ')} ELSE false END`;
    const key = keys.map((one) => `sealed_subject(hash(s.${one}))`).join(', ');
    const shown = which((one) => one.shown);
    const select = `SELECT ${[
      `${String(tables.nodes.length)} AS node`,
      `${String(at)} AS strand`,
      's.level AS level',
      's.cell AS cell',
      `${keys.length === 0 ? "''" : `concat_ws(':', ${key})`} AS key`,
      `CAST((${shown}) AS INTEGER) AS shown`,
      `CAST(${which((one) => one.distinct)} AS INTEGER) AS counted`,
      's.n AS n',
      's.classes AS classes',
      's.rows AS rows',
      's.people AS people',
      'j.place AS place',
      `NOT (${shown}) AS hidden`,
    ].join(', ')} FROM ${cell.name} AS s JOIN ${judged.name} AS j ON ${where} WHERE ${shown} OR s.n >= ${String(threshold)}`;
    return [select];
  });
  tables.nodes.push({
    strands: strands.map(({ table, column, once }) => ({ table, column, once })),
    keys: keys.length,
    cells: cells.map(({ of }) => of),
    sql: parts.join(' UNION ALL '),
  });
}

/** Of each group and cell, over the rows of one input: how many subjects, and the sums by which their rows, and they, are told. */
function powerSums(
  tables: Tables,
  { by: who, row }: Strand,
  rows: Compiled,
  { keys, level, by, cells }: Pick<Groups, 'keys' | 'level' | 'by' | 'cells'>,
  terms: number,
): Compiled {
  const none: Shape = { ...rows.shape, columns: [], holders: [] };
  const mod = String(sealedMapPrime);
  const weights = cells.map(
    ({ counts }, c) => `CAST(coalesce(sum(${row}) FILTER (WHERE ${counts}), 0) % ${mod} AS BIGINT) AS w${String(c)}`,
  );
  const group = [...keys, 'level'];
  const each = tables.add(
    `SELECT ${[...keys, `${level} AS level`, `sealed_subject(${who}) AS q1`, ...weights].join(', ')} FROM ${rows.name} WHERE ${row} IS NOT NULL${by([who])}`,
    none,
  );
  const all = cells.map((_, c) => c);
  const long =
    cells.length === 1
      ? tables.add(`SELECT ${[...group, '0 AS cell', 'q1', 'w0 AS w'].join(', ')} FROM ${each.name} WHERE w0 <> 0`, none)
      : tables.add(
          `SELECT * FROM (SELECT ${[...group, 'q1', `unnest([${all.join(', ')}]) AS cell`, `unnest([${all.map((c) => `w${String(c)}`).join(', ')}]) AS w`].join(', ')} FROM ${each.name}) WHERE w <> 0`,
          none,
        );
  // Each power from two smaller ones, twice as many a step.
  let powers = long;
  for (let have = 1; have < terms - 1; have *= 2) {
    const next = Array.from({ length: Math.min(have, terms - 1 - have) }, (_, at) => at + 1);
    powers = tables.add(
      `SELECT *, ${next.map((at) => `q${String(have)} * q${String(at)} % ${mod} AS q${String(have + at)}`).join(', ')} FROM ${powers.name}`,
      none,
    );
  }
  const classes = Array.from({ length: subjectClasses }, (_, at) => at);
  const rest = Array.from({ length: terms - 1 }, (_, at) => `q${String(at + 1)}`);
  const sums = (of: readonly string[]): string => `concat_ws(' ', ${of.map((one) => `sum(${one}) % ${mod}`).join(', ')})`;
  return tables.share(
    `SELECT ${[
      ...group,
      'cell',
      'count(*) AS n',
      `concat_ws(' ', ${classes.map((one) => `count(*) FILTER (WHERE q1 % ${String(subjectClasses)} = ${String(one)})`).join(', ')}) AS classes`,
      `${sums(['w', ...rest.map((one) => `w * ${one} % ${mod}`)])} AS rows`,
      `${sums(['1', ...rest])} AS people`,
    ].join(', ')} FROM ${powers.name} GROUP BY ${[...group, 'cell'].join(', ')}`,
    none,
  );
}

export const mapColumns = ['node', 'strand', 'level', 'cell', 'key', 'shown', 'counted', 'n', 'classes', 'rows', 'people'] as const;

/**
 * Groups of too few; cells of too few; cells that one or two make up, or that have too few degrees of freedom; cells that few people make
 * the difference of to another; cells that a total would give away.
 */
export const heldBackColumns = ['node', 'groups', 'few', 'dominated', 'differing', 'totals'] as const;
export const heldBack = ({ held }: Tables): string =>
  held.join(' UNION ALL ') || `SELECT ${heldBackColumns.map((one) => `0 AS ${one}`).join(', ')} WHERE false`;

/**
 * One SELECT of all cells. Those of groups that a condition over them left out are not shown.
 * @param result with columns that say which cells its rows are of
 */
export function sealedMap(tables: Tables, { name, shape }: Compiled): string {
  const empty = `SELECT ${mapColumns.map((one) => `NULL AS ${one}`).join(', ')} WHERE false`;
  const left = tables.nodes.flatMap(({ sql }, node) => {
    if (sql === '') return [];
    const columns = tables.blended.has(node) ? [] : (shape.origins ?? []).filter((one) => one.node === node).map((one) => one.column);
    const places = columns.map((one) => `SELECT ${one} FROM ${name}`).join(' UNION ALL ');
    const kept = columns.length === 0 ? 'true' : `coalesce(place IN (${places}), false)`;
    const shown = `CAST(${kept} AND shown = 1 AS INTEGER) AS shown`;
    return [`SELECT ${mapColumns.map((one) => (one === 'shown' ? shown : one)).join(', ')} FROM (${sql}) WHERE ${kept} OR hidden`];
  });
  return left.join(' UNION ALL ') || empty;
}
export const aboutMap = ({ nodes }: Tables, { threshold }: DisclosureRule): AboutMap => ({
  type: 'opdomain.sealed-map.v1',
  prime: sealedMapPrime,
  terms: termsFor(threshold),
  threshold,
  nodes: nodes.map(({ sql: _, ...node }) => node),
});
