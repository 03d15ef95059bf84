import { sqlText } from '#kernel';
import { fullMatch, hidden, trimSpaces } from './patterns.js';

type Mode = 'truncate' | 'nearest';

/** How decimals come out: with all the digits that datasets store. Nothing between goes through a binary fraction, in which 73.07 is less. */
export const decimalType = 'DECIMAL(28,10)';
const places = 10;
const mostDigits = 28;
/** Wide enough for what is stored and for every edge of a plan. */
const wide = 'DECIMAL(38,10)';
const scale = 10n ** BigInt(places);

/** A number in 10^-10; what has more decimals is rounded half away from zero, as SQL casts. Undefined for what is no number. */
export function scaled(text: string): bigint | undefined {
  const plain = /e/i.test(text) && Number.isFinite(Number(text)) ? Number(text).toFixed(places) : text;
  const [, sign, whole = '', fraction = ''] = /^([+-]?)(\d{1,28})(?:\.(\d*))?$/.exec(plain) ?? [];
  if (sign === undefined) return undefined;
  const kept = BigInt(whole + fraction.slice(0, places).padEnd(places, '0')) + (fraction.charAt(places) >= '5' ? 1n : 0n);
  return sign === '-' ? -kept : kept;
}
const written = (value: bigint): string | null => {
  const digits = value < 0n ? -value : value;
  const text = String(digits).padStart(places + 1, '0');
  if (text.length > mostDigits) return null;
  return `${value < 0n && digits > 0n ? '-' : ''}${text.slice(0, -places)}.${text.slice(-places)}`;
};

/** @param whole without decimals; otherwise as `decimalType` writes it, null for what is too long for it */
export const scaledText = (value: bigint, whole: boolean): string | null => (whole ? String(value / scale) : written(value));

/** A number of a plan as SQL compares exactly. */
export const exactSql = (value: number): string => `CAST(${sqlText(String(value))} AS ${wide})`;
/** A column as a number of exact decimals; NULL for what is none (infinite, not a number). */
export const wideSql = (column: string): string => `TRY_CAST(${column} AS ${wide})`;

/** Rounds decimal digits: half goes away from zero, truncation goes towards it. */
export function roundNumber(text: string, decimals: number, mode: Mode): string | null {
  const value = scaled(text);
  if (value === undefined) return null;
  const unit = 10n ** BigInt(places - decimals);
  const half = mode === 'truncate' ? 0n : (value < 0n ? -unit : unit) / 2n;
  return written(((value + half) / unit) * unit);
}
export function roundNumberSql(column: string, decimals: number, mode: Mode): string {
  // A cast to fewer decimals rounds half away from zero.
  if (mode === 'nearest')
    return `TRY_CAST(TRY_CAST(${wideSql(column)} AS DECIMAL(${String(28 + decimals)},${String(decimals)})) AS ${decimalType})`;
  const text = `CAST(${wideSql(column)} AS VARCHAR)`;
  return `TRY_CAST(left(${text}, length(${text}) - ${String(places - decimals)}) AS ${decimalType})`;
}

const number = '-?\\d{1,3}(?:\\.\\d+)?';
const coordinates = `\\(?${number}(?:[,，; ] *${number})?\\)?`;

/** Cuts the decimals of coordinates written as text; other text is hidden. */
export function truncateText(value: string, decimals: number): string {
  const text = trimSpaces(value);
  if (!fullMatch(coordinates).test(text)) return hidden;
  return decimals === 0 ? text.replace(/\.\d+/g, '') : text.replace(new RegExp(`(\\.\\d{${String(decimals)}})\\d+`, 'g'), '$1');
}
export function truncateTextSql(text: string, decimals: number): string {
  const x = `trim(${text})`;
  const cut =
    decimals === 0 ? `regexp_replace(${x}, '\\.\\d+', '', 'g')` : `regexp_replace(${x}, '(\\.\\d{${String(decimals)}})\\d+', '\\1', 'g')`;
  return `CASE WHEN regexp_full_match(${x}, ${sqlText(coordinates)}) THEN ${cut} WHEN ${x} IS NOT NULL THEN ${sqlText(hidden)} END`;
}

/** @returns a whole number without decimals, any other as `decimalType` writes it */
export function clamp(text: string, bottom: number | undefined, top: number | undefined, whole: boolean): string | null {
  const value = scaled(text);
  if (value === undefined) return null;
  const [low, high] = [bottom, top].map((limit) => (limit === undefined ? undefined : scaled(String(limit))));
  const raised = low !== undefined && value < low ? low : value;
  const clamped = high !== undefined && raised > high ? high : raised;
  return scaledText(clamped, whole);
}
/** @param type the DuckDB type that the column keeps */
export function clampSql(column: string, type: string, bottom?: number, top?: number): string {
  const x = wideSql(column);
  const low = bottom === undefined ? x : `greatest(${x}, ${exactSql(bottom)})`;
  const both = top === undefined ? low : `least(${low}, ${exactSql(top)})`;
  return `CASE WHEN ${x} IS NOT NULL THEN TRY_CAST(${both} AS ${type}) END`;
}
