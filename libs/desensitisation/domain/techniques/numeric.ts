import { fullMatch, hidden, sqlText, trimSpaces } from './patterns.js';

type Mode = 'truncate' | 'nearest';

/** Rounds by the same IEEE operations as the SQL, so that both give the same bits; half goes away from zero; no negative zero. */
export function roundNumber(value: number, decimals: number, mode: Mode): number | null {
  const scale = 10 ** decimals;
  if (!Number.isFinite(value * scale)) return null;
  const whole = mode === 'truncate' ? Math.trunc(value * scale) : Math.sign(value) * Math.floor(Math.abs(value) * scale + 0.5);
  return whole / scale + 0;
}
export function roundNumberSql(column: string, decimals: number, mode: Mode): string {
  const x = `CAST(${column} AS DOUBLE)`;
  const scale = `CAST(${String(10 ** decimals)} AS DOUBLE)`;
  const whole = mode === 'truncate' ? `trunc(${x} * ${scale})` : `sign(${x}) * floor(abs(${x}) * ${scale} + CAST(0.5 AS DOUBLE))`;
  return `CASE WHEN isfinite(${x} * ${scale}) THEN ${whole} / ${scale} + CAST(0 AS DOUBLE) END`;
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

export const clamp = (value: number, bottom?: number, top?: number): number | null =>
  Number.isFinite(value) ? Math.min(Math.max(value, bottom ?? -Infinity), top ?? Infinity) : null;
/** @param type the DuckDB type that the column keeps */
export function clampSql(column: string, type: string, bottom?: number, top?: number): string {
  const low = bottom === undefined ? column : `greatest(${column}, CAST(${String(bottom)} AS ${type}))`;
  const both = top === undefined ? low : `least(${low}, CAST(${String(top)} AS ${type}))`;
  return `CASE WHEN isfinite(CAST(${column} AS DOUBLE)) THEN ${both} END`;
}
