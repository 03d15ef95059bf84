import { behind as behindOf, shares as sharesOf, type Measuring } from './behind.js';
import { hidden, type Compiled, type Tables } from './compiled.js';
import { kindOf, type MeasureKind } from './functions.js';
import { derive, together, union, type Column, type Holder, type HolderColumn, type Shape } from './shape.js';
import { column, measureText, textOf } from './sql-text.js';
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
    ...hidden(shape.holders).map((one) => `min(${one}) AS ${one}`),
  ];
  const columns = [
    ...keys.map((key) => derive(key, shape.columns)),
    ...measures.map(({ of, filter }) => ({
      ...together([...of, ...(filter === undefined ? [] : [filter])].map((one) => derive(one, shape.columns))),
      raw: true,
    })),
  ];
  const by = keys.map((key) => textOf(key)).join(', ');
  return tables.add(`SELECT ${texts.join(', ')} FROM ${name} GROUP BY ${by}`, { ...shape, columns });
}

/**
 * Groups of rows, let through by what is measured of them in the same run, from the same rows: a group has at least so many subjects of
 * each holder, so has each cell those whom it is computed from; none or two of them do not make up most of it; a fit has degrees of
 * freedom; a quantile has so many subjects on either side. Values of single rows are not let through. What is not is missing: a group's
 * row, or a cell's value.
 */
export function enforced(tables: Tables, group: Grouping, from: Compiled, rule: DisclosureRule): Compiled {
  const { keys, measures, groupings, sets } = group;
  const { shape } = from;
  const holders = shape.holders.map((holder) => counted(holder, group, shape));
  const cells = measures.map(cellOf);
  const rows = tables.add(
    `SELECT ${[
      ...keys.map((key, at) => `${textOf(key)} AS k${String(at)}`),
      ...cells.flatMap(({ counts, value }, at) => [`(${counts}) AS p${String(at)}`, `(${value}) AS v${String(at)}`]),
      ...hidden(shape.holders),
    ].join(', ')} FROM ${from.name}`,
    shape,
    true,
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
  const shares = sharesOf(tables, measuring);
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
  const meet = (other: string): string =>
    ['level', ...keyNames].map((one) => `m.${one} IS NOT DISTINCT FROM ${other}.${one}`).join(' AND ');
  const holds = cells.map((cell, at) => cell.holds(at, shape.holders.length, rule));
  const whole = shape.holders.map((_, i) => `coalesce(e.n_${String(i)}, 0) >= ${String(rule.threshold)}`).join(' AND ');
  return tables.add(
    `SELECT ${
      [
        ...keyNames.map((one, at) => `m.${one} AS ${column(at)}`),
        ...cells.map(
          (_, at) => `CASE WHEN ${whole} AND (${holds[at] ?? 'false'}) THEN m.m${String(at)} END AS ${column(keys.length + at)}`,
        ),
        ...groupings.map((_, at) => `m.g${String(at)} AS ${column(keys.length + cells.length + at)}`),
      ].join(', ') || '1 AS nothing'
    } FROM ${made.name} AS m LEFT JOIN ${behind.name} AS e ON ${meet('e')}${shares
      .map(({ name }, i) => ` LEFT JOIN ${name} AS s${String(i)} ON ${meet(`s${String(i)}`)}`)
      .join('')}${keys.length === 0 ? '' : ` WHERE ${whole}`}`,
    { grain: 'groups', columns: groupColumns(group, shape), flows: new Set(), holders: [] },
    true,
  );
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

interface Cell {
  /** Subjects that its rule asks for. */
  readonly needed: (rule: DisclosureRule) => number;
  /** Whether a row goes into it, as SQL over the rows. */
  readonly counts: string;
  /** What a row contributes, as SQL. */
  readonly value: string;
  /** Whether it is let through, as SQL over what was measured. */
  readonly holds: (at: number, holders: number, rule: DisclosureRule) => string;
}

function cellOf({ name, of, filter, fractions }: Measure): Cell {
  const kind = kindOf(name) ?? 'picks';
  const there = of.map((one) => `${textOf(one)} IS NOT NULL`);
  const counts = [...(filter === undefined ? [] : [`coalesce(${textOf(filter)}, false)`]), ...there].join(' AND ') || 'true';
  const value =
    (kind === 'sums' || kind === 'fits') && of[0] !== undefined ? `coalesce(abs(TRY_CAST(${textOf(of[0])} AS DOUBLE)), 1)` : '1';
  const needed = (rule: DisclosureRule): number => neededOf(kind, fractions?.values ?? ['0.5'], rule);
  return { counts, value, needed, holds: (at, holders, rule) => holdsOf(kind, fractions?.values ?? ['0.5'], at, holders, rule) };
}

/** Past what is counted in bits wherever a fraction cannot be read. */
function neededOf(kind: MeasureKind, fractions: readonly string[], { threshold, degreesOfFreedom }: DisclosureRule): number {
  if (kind === 'fits') return Math.max(threshold, degreesOfFreedom + 2);
  if (kind !== 'ranks') return threshold;
  const read = fractions.map((one) => Number(/\d*\.?\d+/.exec(one.replace(/^CAST\(/, ''))?.[0]));
  const sides = read.map((one) => threshold / Math.min(one, 1 - one));
  return Math.max(threshold, ...sides.map((one) => (one > 0 ? Math.ceil(one) : Infinity)));
}

function holdsOf(kind: MeasureKind, fractions: readonly string[], at: number, holders: number, rule: DisclosureRule): string {
  if (kind === 'picks') return 'false';
  const each = Array.from({ length: holders }, (_, i) => i);
  const n = (i: number): string => `coalesce(e.n${String(at)}_${String(i)}, 0)`;
  const enough = each.map((i) => `${n(i)} >= ${String(rule.threshold)}`);
  if (kind === 'ranks') {
    const sides = fractions.map((one) => `least(CAST(${one} AS DOUBLE), 1 - CAST(${one} AS DOUBLE))`);
    return [...enough, ...each.flatMap((i) => sides.map((side) => `${n(i)} * ${side} >= ${String(rule.threshold)}`))].join(' AND ');
  }
  const free = kind === 'fits' ? each.map((i) => `${n(i)} - 2 >= ${String(rule.degreesOfFreedom)}`) : [];
  const spread = each.map((i) => {
    const [total, first, second] = [
      `s${String(i)}.total${String(at)}`,
      `coalesce(s${String(i)}.top${String(at)}[1], 0)`,
      `coalesce(s${String(i)}.top${String(at)}[2], 0)`,
    ];
    const share = `(${first} + ${second}) <= ${String(rule.dominanceShare)} * ${total}`;
    const guess = `${total} - ${first} - ${second} >= ${String(rule.pPercent / 100)} * ${first}`;
    return `coalesce(${total} = 0 OR (${share} AND ${guess}), false)`;
  });
  return [...enough, ...free, ...spread].join(' AND ');
}
