import type { Language } from '../terminal.js';
import { columnName } from './column-names.js';

/** How a person reads an answer: headings, times and names in their language. */
export interface Reading {
  readonly language: Language;
  /** Names of what ids stand for, as far as they are known. */
  readonly names: ReadonlyMap<string, string>;
  /** Every column of a list, not only the first ones. */
  readonly wide: boolean;
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;
const beijingMinutes = 8 * 60;
const two = (n: number): string => String(n).padStart(2, '0');

/** An instant with its zone: Beijing's for Chinese, otherwise the one of this machine. */
export function timeOf(text: string, language: Language): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const minutes = language === 'zh' ? beijingMinutes : -at.getTimezoneOffset();
  const shown = new Date(at.getTime() + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${shown}${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
}

export const headingOf = (member: string, reading: Reading | undefined): string =>
  reading === undefined ? member : columnName(member, reading.language);

/** What a person reads of one value. */
export function readable(value: unknown, reading: Reading | undefined): unknown {
  if (reading === undefined) return value;
  if (typeof value === 'boolean') return reading.language === 'zh' ? (value ? '是' : '否') : value ? 'yes' : 'no';
  if (typeof value !== 'string') return value;
  if (instant.test(value)) return timeOf(value, reading.language);
  const name = reading.names.get(value);
  return name === undefined ? value : `${value} ${name}`;
}

const first = ['id', 'name', 'title', 'state', 'status', 'kind'];
/** What programs compare and people do not read. */
const unread = /^version$|digest$|sha256|Version$|^binding$|^previous$/i;
const most = 8;

/** The columns of a list that a person is shown: those that tell something, the telling ones first; all of them where they are asked for. */
export function columnsOf(
  items: readonly Readonly<Record<string, unknown>>[],
  names: readonly string[],
  reading: Reading | undefined,
): readonly string[] {
  if (reading === undefined || reading.wide) return names;
  const filled = names.filter(
    (name) => !unread.test(name) && items.some((item) => item[name] !== null && item[name] !== undefined && item[name] !== ''),
  );
  const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length);
  return filled.toSorted((a, b) => rank(a) - rank(b)).slice(0, most);
}
