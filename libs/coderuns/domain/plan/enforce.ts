import { refuse } from '../refusals.js';
import { behind as behindOf, shares as sharesOf, type Measuring } from './behind.js';
import { hidden, type Compiled, type Tables } from './compiled.js';
import { contributionsOf } from './contributions.js';
import { cellOf, type Cell } from './cell.js';
import { isFree } from './forms.js';
import { impliedBy } from './implied.js';
import { kindOf } from './functions.js';
import { sealedMapPrime } from '../sealed/header.js';
import { seal, type Groups, type SealedCell } from './sealing.js';
import { cellsApart, type Apart, type ToldCell } from './secondary.js';
import { derive, together, union, type Column, type Holder, type HolderColumn, type Origin, type Shape, type Source } from './shape.js';
import { column, measureText, textOf } from './sql-text.js';
import { finestGroups, withoutTotals } from './totals.js';
import type { Expression, Measure, Relation } from './tree.js';

export type Group = Extract<Relation, { is: 'group' }>;
/** How rows are grouped, and what is measured of each group. */
export type Grouping = Omit<Group, 'is' | 'from'>;

/** When a group, and a cell of it, is let through. The figures are the export policy's. */
export interface DisclosureRule {
  /** Subjects that a group and each of its cells must have at least (ACRO's is 10). */
  readonly threshold: number;
  /** The share of a sum, from 0 to 1, that its two largest contributions may make up at most: the (n, k) rule. */
  readonly dominanceShare: number;
  /** The p % rule: all but the two largest contributions must make up this many percent of the largest. */
  readonly pPercent: number;
  readonly degreesOfFreedom: number;
}

/** The columns of a group over rows, or over groups: its keys, measures and `grouping()`s. */
export function groupColumns({ keys, measures, groupings }: Grouping, { columns, flows, grain }: Shape): readonly Column[] {
  const rows = grain === 'rows';
  const told = (parts: readonly Expression[]): Column => together(parts.map((one) => derive(one, columns)));
  return [
    ...keys.map((key) => {
      const one = derive(key, columns);
      return { ...one, grouped: one.raw, sources: union(one.sources, rows ? flows : new Set()) };
    }),
    ...measures.map(({ of, filter }): Column => {
      const one = told([...of, ...(filter === undefined ? [] : [filter])]);
      return { sources: union(one.sources, rows ? flows : new Set()), raw: rows ? false : one.raw, grouped: false, identifying: false };
    }),
    ...groupings.map((): Column => ({ sources: new Set(), raw: false, grouped: false, identifying: false })),
  ];
}

/** Groups that are single subjects', under groups that are made of them: what is computed for somebody stays theirs. */
export function perSubject(tables: Tables, { keys, measures }: Group, { name, shape }: Compiled): Compiled {
  const texts = [
    ...keys.map((key, at) => `${textOf(key)} AS ${column(at)}`),
    ...measures.map((one, at) => `${measureText(one)} AS ${column(keys.length + at)}`),
    ...shape.holders.flatMap(({ columns, strands }) => [
      ...[...columns.map((one) => one.name), ...strands.map((one) => one.by)].map((one) => `min(${one}) AS ${one}`),
      // Rows together are told by the sum of what each is told by.
      ...strands.map((one) => `CAST(sum(${one.row}) % ${String(sealedMapPrime)} AS BIGINT) AS ${one.row}`),
    ]),
  ];
  const columns = [
    ...keys.map((key) => derive(key, shape.columns)),
    ...measures.map(({ of, filter }): Column => {
      const one = together([...of, ...(filter === undefined ? [] : [filter])].map((each) => derive(each, shape.columns)));
      const free = filter !== undefined || of.some((each) => isFree(each, shape.columns));
      return { ...one, raw: true, ...(free ? { free: true } : {}) };
    }),
  ];
  const by = keys.map((key) => textOf(key)).join(', ');
  return tables.add(`SELECT ${texts.join(', ')} FROM ${name} GROUP BY ${by}`, { ...tables.blend(shape), columns });
}

/**
 * Groups of rows, let through by what is measured of them in the same run, from the same rows: a group has at least so many subjects of
 * each holder, so has each cell those whom it is computed from; none or two of them do not make up most of it; a fit has degrees of
 * freedom; a quantile has so many subjects on either side. Values of single rows are not let through. What is not is missing: a group's
 * row, or a cell's value.
 * @param shown whether they may become part of the result, and not only decide what does
 */
export function enforced(tables: Tables, group: Grouping, from: Compiled, rule: DisclosureRule, shown = true): Compiled {
  const { keys, measures, groupings, sets } = group;
  const shape = tables.blend(from.shape);
  assertNoRoundedKey(tables, keys, shape);
  const holders = shape.holders.map((holder) => counted(holder, group, shape));
  const implied = impliedBy(measures, shape);
  const cells = [...measures, ...implied.map(({ measure }) => measure)].map(cellOf);
  const parts = measures
    .flatMap((measure, at) => contributionsOf(measure, shape.columns).map((one) => ({ ...one, p: `p${String(at)}`, at })))
    .map((one, c) => ({ ...one, c: String(c) }));
  const rows = tables.share(
    `SELECT ${[
      ...keys.map((key, at) => `${textOf(key)} AS k${String(at)}`),
      ...cells.map(({ counts }, at) => `(${counts}) AS p${String(at)}`),
      ...parts.map(({ sql, c }) => `${sql} AS v${c}`),
      ...hidden(shape),
    ].join(', ')} FROM ${from.name}`,
    shape,
  );
  const keyNames = keys.map((_, at) => `k${String(at)}`);
  const level = keys.length === 0 ? '0' : `GROUPING(${keyNames.join(', ')})`;
  const setsOf = (more: readonly string[]): string =>
    keys.length === 0 && more.length === 0
      ? ''
      : ` GROUP BY GROUPING SETS (${sets.map((set) => `(${[...set.map((key) => `k${String(key)}`), ...more].join(', ')})`).join(', ')})`;

  const measuring: Measuring = {
    ...{ rows, keys: keyNames, level, by: setsOf, holders, cells: cells.length },
    plain: sets.length === 1 && sets[0]?.length === keys.length,
    needed: Math.max(rule.threshold, ...cells.map((one) => one.needed(rule))),
  };
  const behind = behindOf(tables, measuring);
  const shares = sharesOf(tables, measuring, parts);
  const meet = (other: string): string =>
    ['level', ...keyNames].map((one) => `m.${one} IS NOT DISTINCT FROM ${other}.${one}`).join(' AND ');
  const made = tables.add(
    `SELECT ${[
      ...keys.map((key, at) => `${textOf(key)} AS k${String(at)}`),
      `${keys.length === 0 ? '0' : `GROUPING(${keys.map((key) => textOf(key)).join(', ')})`} AS level`,
      ...measures.map((one, at) => `${measureText(one)} AS m${String(at)}`),
      ...groupings.map(
        (of, at) => `GROUPING(${of.map((key) => textOf(keys[key] ?? { is: 'constant', sql: 'NULL' })).join(', ')}) AS g${String(at)}`,
      ),
    ].join(
      ', ',
    )} FROM ${from.name}${keys.length === 0 ? '' : ` GROUP BY GROUPING SETS (${sets.map((set) => `(${set.map((key) => textOf(keys[key] ?? { is: 'constant', sql: 'NULL' })).join(', ')})`).join(', ')})`}`,
    shape,
  );
  const told = toldCells(cells, measures, shape).map((one): ToldCell => {
    const given =
      measures[one.at]?.name.startsWith('sum') === true && one.of?.length === 1
        ? parts.find(({ at, centred }) => at === one.at && !centred)
        : undefined;
    return given === undefined ? one : { ...one, gives: `v${given.c}` };
  });
  const tacit = implied.map(({ of, by }, i): ToldCell => {
    const at = measures.length + i;
    return { at, of, by, counts: cells[at]?.counts ?? 'true', adds: false };
  });
  const apart = cellsApart([...told, ...tacit]);
  const differing = differingSubjects(tables, rows, { keys: keyNames, level, by: setsOf, apart }, holders);
  const whole = shape.holders.map((_, i) => `coalesce(e.n_${String(i)}, 0) >= ${String(rule.threshold)}`).join(' AND ') || 'true';
  const measured = tables.add(
    `SELECT ${[
      'm.*',
      ...(tables.seals ? ['row_number() OVER () AS place'] : []),
      `${whole} AS whole`,
      ...cells.map(
        (cell, at) =>
          `(${whole} AND (${cell.holds(
            at,
            shape.holders.length,
            rule,
            parts.filter((one) => one.at === at),
          )})) AS f${String(at)}`,
      ),
      ...cells.map(
        (_, at) => `least(${holders.map((__, i) => `coalesce(e.n${String(at)}_${String(i)}, 0)`).join(', ')}) AS n${String(at)}`,
      ),
      ...apart.map(
        (_, x) =>
          `(${holders.map((__, i) => `coalesce(d${String(i)}.x${String(x)}, 0) BETWEEN 1 AND ${String(rule.threshold - 1)}`).join(' OR ')}) AS y${String(x)}`,
      ),
    ].join(', ')} FROM ${made.name} AS m LEFT JOIN ${behind.name} AS e ON ${meet('e')}${[
      ...shares.map(({ name }, i) => [name, `s${String(i)}`] as const),
      ...differing.map(({ name }, i) => [name, `d${String(i)}`] as const),
    ]
      .map(([name, as]) => ` LEFT JOIN ${name} AS ${as} ON ${meet(as)}`)
      .join('')}`,
    { ...shape, holders: [] },
    true,
  );
  // A cell that with those before it would tell of a few is not shown, nor one that what it adds up by a condition would.
  const alone = (at: number): string => {
    const few = apart.flatMap(({ later, earlier }, x) =>
      later === at ? [` AND NOT (y${String(x)} AND ${earlier.map((one) => `f${String(one)}`).join(' AND ')})`] : [],
    );
    return `coalesce(f${String(at)}${few.join('')}, false)`;
  };
  const shownAlone = tables.share(
    `SELECT *, ${
      cells
        .map((_, at) => {
          const of = tacit.filter(({ by }) => by === at).map((one) => ` AND (n${String(one.at)} = 0 OR ${alone(one.at)})`);
          const held = `(${alone(at)}${of.join('')})`;
          return `${held} AS o${String(at)}, ${held} AS u${String(at)}`;
        })
        .join(', ') || '1 AS nothing'
    } FROM ${measured.name}`,
    measured.shape,
  );
  const withTotals = withoutTotals(tables, shownAlone, { keys: keyNames, sets, cells: told }, rule);
  const judged = finestGroups(tables, withTotals, { keys: keyNames, sets });
  const isRounded = (of: readonly Expression[]): boolean =>
    of.some((one) => [...derive(one, shape.columns).sources].some((source) => tables.rounded.has(source)));
  const figure = (at: number): string => (isRounded(measures[at]?.of ?? []) ? `three_digits(m${String(at)})` : `m${String(at)}`);
  const sealed = tables.seals && shown;
  const origin: Origin = { node: tables.nodes.length, column: tables.fresh('o') };
  if (sealed) tables.held.push(heldBack(tables.nodes.length, told, withTotals, rule));
  if (sealed) seal(tables, { rows, keys: keyNames, level, by: setsOf, cells: sealedCells([...told, ...tacit], measures), judged }, rule);
  return tables.add(
    `SELECT ${
      [
        ...keyNames.map((one, at) => `${one} AS ${column(at)}`),
        ...measures.map((_, at) => `CASE WHEN o${String(at)} THEN ${figure(at)} END AS ${column(keys.length + at)}`),
        ...groupings.map((_, at) => `g${String(at)} AS ${column(keys.length + measures.length + at)}`),
        ...(sealed ? [`place AS ${origin.column}`] : []),
      ].join(', ') || '1 AS nothing'
    } FROM ${judged.name}${keys.length === 0 ? '' : ` WHERE whole`}`,
    { grain: 'groups', columns: groupColumns(group, shape), flows: new Set(), holders: [], ...(sealed ? { origins: [origin] } : {}) },
    true,
  );
}

/** A value that is to leave rounded is no key: as one it would stand there to its last digit. */
function assertNoRoundedKey({ rounded }: Tables, keys: readonly Expression[], { columns }: Shape): void {
  const fields = keys.flatMap((key) => derive(key, columns).plain ?? []).filter((one) => rounded.has(one));
  if (fields.length > 0) throw refuse('coderuns.rounded-key', { fields });
}

/** Measures by which rows they count, and of what. Single rows' values are never shown, and tell of nobody. */
function toldCells(cells: readonly Cell[], measures: readonly Measure[], { columns }: Shape): readonly ToldCell[] {
  return measures.flatMap((measure, at) => {
    const kind = kindOf(measure.name);
    if (kind === 'picks' || kind === undefined) return [];
    const { filter } = measure;
    const { counts } = cells[at] ?? { counts: 'true' };
    const adds = kind === 'counts' || kind === 'sums';
    return [{ counts, at, of: fieldsOf(measure, columns), adds, ...(filter === undefined ? {} : { filter }) }];
  });
}
function sealedCells(told: readonly ToldCell[], measures: readonly Measure[]): readonly SealedCell[] {
  return [...Map.groupBy(told, ({ counts, of }) => JSON.stringify([counts, of])).values()].map((same) => ({
    of: same[0]?.of ?? null,
    counts: `p${String(same[0]?.at ?? 0)}`,
    // What a measure adds up by a condition is taken for shown where the measure is.
    shown: same.map(({ at, by }) => `o${String(by ?? at)}`),
    distinct: same.filter(({ at }) => measures[at]?.distinct === true).map(({ at }) => `o${String(at)}`),
  }));
}

/** How many groups and cells are held back, by why: none of it says which. */
function heldBack(node: number, told: readonly ToldCell[], { name }: Compiled, { threshold }: DisclosureRule): string {
  const cells = (why: (at: string) => string): string =>
    told.map(({ at }) => `count(*) FILTER (WHERE whole AND ${why(String(at))})`).join(' + ') || '0';
  const few = (at: string): string => `n${at} < ${String(threshold)}`;
  return `SELECT ${[
    `${String(node)} AS node`,
    'count(*) FILTER (WHERE NOT whole) AS groups',
    `${cells((at) => few(at))} AS few`,
    `${cells((at) => `NOT coalesce(f${at}, false) AND NOT ${few(at)}`)} AS dominated`,
    `${cells((at) => `f${at} AND NOT u${at}`)} AS differing`,
    `${cells((at) => `u${at} AND NOT o${at}`)} AS totals`,
  ].join(', ')} FROM ${name}`;
}

/** Of each holder, how many subjects make the difference of two cells of a group. */
function differingSubjects(
  tables: Tables,
  rows: Compiled,
  { keys, level, by, apart }: Pick<Groups, 'keys' | 'level' | 'by'> & { readonly apart: readonly Apart[] },
  holders: readonly (readonly HolderColumn[])[],
): readonly Compiled[] {
  if (apart.length === 0) return [];
  return holders.map((columns) => {
    const main = columns[0]?.name ?? 'NULL';
    const each = tables.add(
      `SELECT ${[...keys, `${level} AS level`, ...apart.map(({ sql }, x) => `bool_or(${sql}) AS b${String(x)}`)].join(', ')} FROM ${rows.name} WHERE ${main} IS NOT NULL${by([main])}`,
      rows.shape,
    );
    const sums = apart.map((_, x) => `count(*) FILTER (WHERE b${String(x)}) AS x${String(x)}`);
    return tables.add(`SELECT ${[...keys, 'level', ...sums].join(', ')} FROM ${each.name} GROUP BY ALL`, rows.shape, true);
  });
}
/** The fields whose values as they are it sums; none where it counts rows; null where it computes, and may be any of them. */
function fieldsOf({ name, of }: Measure, columns: readonly Column[]): readonly Source[] | null {
  if (kindOf(name) === 'counts' || name === 'regr_count') return [];
  const fields = of.map((one) => derive(one, columns).plain);
  return fields.some((one) => one === undefined) ? null : fields.filter((one) => one !== undefined).sort();
}

/**
 * By which of our columns the subjects of a holder are counted. A name that is a key does not count against itself where another column
 * tells people apart: how many bear a name is told by their numbers, not by the name.
 */
function counted({ name, columns }: Holder, { keys }: Grouping, shape: Shape): readonly HolderColumn[] {
  const keyed = new Set(keys.map((key) => derive(key, shape.columns).identity).flatMap((one) => (one?.holder === name ? [one.by] : [])));
  const left = columns.filter((one) => !one.isName || !keyed.has(one.name));
  return left.length === 0 ? columns : left;
}
