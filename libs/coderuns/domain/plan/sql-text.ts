import { sqlName } from '#kernel';
import type { Expression, Measure, Order, WindowMeasure } from './tree.js';

/** How a relation's columns are called in our SQL. */
export const column = (at: number): string => `c${String(at)}`;
/** How a column below is called in SQL. */
export type Naming = (at: number) => string;

/** An expression as SQL over the columns of what stands below. Everything is in brackets or a call, so that nothing binds otherwise. */
export function textOf(of: Expression, named: Naming = column): string {
  switch (of.is) {
    case 'column':
      return named(of.at);
    case 'constant':
      return of.sql;
    case 'cast':
      return `${of.tries ? 'TRY_CAST' : 'CAST'}(${textOf(of.of, named)} AS ${of.type})`;
    case 'call':
      return `${sqlName(of.name)}(${of.of.map((one) => textOf(one, named)).join(', ')})`;
    case 'compare':
      return `(${textOf(of.of[0], named)} ${of.by} ${textOf(of.of[1], named)})`;
    case 'logic':
      return logicText(of, named);
    case 'case':
      return `(CASE ${of.when.map(([when, then]) => `WHEN ${textOf(when, named)} THEN ${textOf(then, named)}`).join(' ')} ELSE ${textOf(of.otherwise, named)} END)`;
  }
}

function logicText({ by, of }: Extract<Expression, { is: 'logic' }>, named: Naming): string {
  const parts = of.map((one) => textOf(one, named));
  const [first = 'NULL', ...rest] = parts;
  switch (by) {
    case 'AND':
    case 'OR':
      return `(${parts.join(` ${by} `)})`;
    case 'NOT':
      return `(NOT ${first})`;
    case 'IS NULL':
    case 'IS NOT NULL':
      return `(${first} ${by})`;
    case 'IN':
    case 'NOT IN':
      return `(${first} ${by} (${rest.join(', ')}))`;
    case 'COALESCE':
      return `COALESCE(${parts.join(', ')})`;
  }
}

export function measureText({ name: called, of, distinct, filter, fractions }: Measure): string {
  const values = fractions?.values.join(', ') ?? '';
  // A median is bound as the quantile that it is, and takes no fraction.
  const more = fractions === undefined || called === 'median' ? [] : [fractions.list ? `[${values}]` : values];
  const args = called === 'count_star' ? '*' : `${distinct ? 'DISTINCT ' : ''}${[...of.map((one) => textOf(one)), ...more].join(', ')}`;
  const call = called === 'count_star' ? 'count' : sqlName(called);
  return `${call}(${args})${filter === undefined ? '' : ` FILTER (WHERE ${textOf(filter)})`}`;
}

export const orderText = (by: readonly Order[]): string =>
  by.map((one) => `${textOf(one.by)} ${one.descending ? 'DESC' : 'ASC'} NULLS ${one.nullsFirst ? 'FIRST' : 'LAST'}`).join(', ');

export function windowText({ name: called, of, distinct, partitions, orders, frame }: WindowMeasure): string {
  const args = called === 'count_star' ? '*' : `${distinct ? 'DISTINCT ' : ''}${of.map((one) => textOf(one)).join(', ')}`;
  const over = [
    partitions.length === 0 ? '' : `PARTITION BY ${partitions.map((one) => textOf(one)).join(', ')}`,
    orders.length === 0 ? '' : `ORDER BY ${orderText(orders)}`,
    frame ?? '',
  ];
  return `${called === 'count_star' ? 'count' : sqlName(called)}(${args}) OVER (${over.filter(Boolean).join(' ')})`;
}

const magnitudes = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);
/**
 * A number to three digits, the type kept (a DECIMAL that is too wide for both becomes whole). A macro with a branch a magnitude, since
 * DuckDB rounds DECIMAL by a constant alone.
 */
export const threeDigits = `CREATE TEMP MACRO three_digits(x) AS CASE WHEN x IS NULL THEN x ${magnitudes(-8, 38)
  .map((e) => `WHEN abs(x) < 1e${String(e)} THEN round(x, ${String(3 - e)})`)
  .join(' ')} ELSE NULL END;`;
