import { columnsOf, headingOf, readable, type Reading } from './reading.js';

/** Widths of East Asian text: what a terminal gives two columns. */
const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/u;
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
export const widthOf = (text: string): number =>
  [...characters.segment(text)].reduce((sum, { segment }) => sum + (wide.test(segment) ? 2 : 1), 0);

const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** One cell: scalars as they are, everything else as JSON; never more than one line, no control character reaches the terminal. */
export function cellOf(value: unknown): string {
  const text = value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}

function aligned(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, at) => pad(cell, widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Rows below one another for a list of objects, with the scalar members as columns; names beside values for a single object, whose
 * lists of objects stand below it under their names. With a reading as a person reads it, without one as it was sent.
 */
export function tableOf(value: unknown, reading?: Reading): string {
  const cell = (member: unknown): string => cellOf(readable(member, reading));
  if (Array.isArray(value)) {
    const items = value.filter(isObject);
    if (items.length !== value.length) return value.map((item) => `${cell(item)}\n`).join('');
    const names = [...new Set(items.flatMap((item) => Object.keys(item)))].filter((name) =>
      items.some((item) => !isObject(item[name]) && !Array.isArray(item[name])),
    );
    const shown = columnsOf(items, names, reading);
    const heading = shown.map((name) => headingOf(name, reading));
    return items.length === 0 ? '' : aligned([heading, ...items.map((item) => shown.map((name) => cell(item[name])))]);
  }
  if (!isObject(value)) return `${cell(value)}\n`;
  const isList = (member: unknown): boolean => Array.isArray(member) && member.length > 0 && member.every(isObject);
  const { lists = [], rest = [] } = Object.groupBy(Object.entries(value), ([, member]) => (isList(member) ? 'lists' : 'rest'));
  return [
    aligned(rest.map(([name, member]) => [headingOf(name, reading), cell(member)])),
    ...lists.map(([name, member]) => `\n${headingOf(name, reading)}\n${tableOf(member, reading)}`),
  ].join('');
}
