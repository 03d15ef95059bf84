/**
 * How a provider's system writes a field, where that is not the usual form. `date` is a pattern of yyyy, M or MM, d or dd, H or HH, mm, ss
 * and SSS with what stands between them (CLDR's letters); a field with a pattern is read by it alone.
 */
export interface Written {
  readonly date?: string | undefined;
  readonly decimal?: '.' | ',' | undefined;
  readonly thousands?: ',' | '.' | ' ' | "'" | undefined;
}

const digits: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{2})',
  d: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
  SSS: '(?<fraction>\\d{1,9})',
};
const parts = /yyyy|MM?|dd?|HH?|mm|ss|SSS|[^A-Za-z]|T/gy;
const compiled = new Map<string, RegExp>();

/** @returns undefined for what is no pattern: it names a year, a month and a day, each part once, and digits never run into one another. */
export function datePattern(pattern: string): RegExp | undefined {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const found = pattern.match(parts) ?? [];
  const isWhole = found.join('') === pattern;
  const has = (letter: string): number => found.filter((part) => part.startsWith(letter) && digits[part] !== undefined).length;
  const isComplete = ['y', 'M', 'd'].every((letter) => has(letter) === 1) && ['H', 'm', 's', 'S'].every((letter) => has(letter) <= 1);
  const inOrder = (has('m') === 0 || has('H') === 1) && (has('H') === 0 || has('m') === 1) && (has('s') === 0 || has('m') === 1);
  const runsOn = found.some((part, at) => /^[MdHS]$|^SSS$/.test(part) && /^[yMdHmsS]/.test(found[at + 1] ?? ''));
  if (!isWhole || !isComplete || !inOrder || runsOn || (has('S') === 1 && has('s') === 0)) return undefined;
  const made = new RegExp(`^${found.map((part) => digits[part] ?? part.replace(/[^\p{L}\p{N} ]/u, String.raw`\$&`)).join('')}$`);
  compiled.set(pattern, made);
  return made;
}

/** @returns the same in the usual form, or undefined where the text does not follow the pattern. */
export function readWrittenDate(text: string, pattern: string): string | undefined {
  const found = datePattern(pattern)?.exec(text)?.groups;
  if (found === undefined) return undefined;
  const { year = '', month = '', day = '', hour, minute = '00', second = '00', fraction } = found;
  const date = `${year}-${month}-${day}`;
  return hour === undefined ? date : `${date} ${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** @returns the number without separators and with a point, or a text that is no number where the groups are not of three digits. */
export function readWrittenNumber(text: string, written: Written | null | undefined): string {
  if (written?.decimal === undefined && written?.thousands === undefined) return text;
  const { decimal = '.', thousands } = written;
  const [whole = '', fraction, ...more] = text.split(decimal);
  if (more.length > 0) return '';
  const grouped = thousands !== undefined && whole.includes(thousands);
  const isGrouped =
    grouped && /^[+-]?\d{1,3}(?:\D\d{3})+$/.test(whole) && whole.split(thousands).length === whole.split(/(?<=\d)\D/).length;
  const plain = isGrouped ? whole.replaceAll(thousands, '') : whole;
  if (plain.includes('.') || fraction?.includes('.') === true) return '';
  return fraction === undefined ? plain : `${plain}.${fraction}`;
}
