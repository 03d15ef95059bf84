import { isCalendarDay } from './checksums.js';
import type { Cell } from './cell.js';

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const clock = '(?:[ t](\\d{1,2}):(\\d{2})(?::\\d{2}(?:\\.\\d+)?)?(?:z|[+-]\\d{2}:?\\d{2})?)?';
const word = `(${months.join('|')})[a-z]*`;

interface Day {
  readonly year: number;
  /** It has a time that is not midnight. */
  readonly timed: boolean;
}
const day = (y: string | undefined, m: string | undefined, d: string | undefined, hour?: string, minute?: string): Day | undefined => {
  const year = Number(y);
  if (year < 1880 || year > 2100 || !isCalendarDay(year, Number(m), Number(d))) return undefined;
  return { year, timed: Number(hour ?? 0) + Number(minute ?? 0) > 0 };
};
const hanDigits = '〇一二三四五六七八九';

/** A day, month of a year, in any notation that people use. */
export function dayOf({ text }: Cell): Day | undefined {
  let found = new RegExp(`^(\\d{4})\\s*[-/.年 ]\\s*(\\d{1,2})\\s*[-/.月 ]\\s*(\\d{1,2})日?${clock}$`).exec(text);
  if (found) return day(found[1], found[2], found[3], found[4], found[5]);
  found = /^(\d{4})(\d{2})(\d{2})(?:0{6}|\.0+)?$/.exec(text);
  if (found) return day(found[1], found[2], found[3]);
  found = /^(\d{4})\s*[-/.年]\s*(\d{1,2})月?$/.exec(text);
  if (found) return day(found[1], found[2], '1');
  found = new RegExp(`^(\\d{1,2})[-/. ](\\d{1,2})[-/. ](\\d{4})${clock}$`).exec(text);
  if (found) return day(found[3], found[1], found[2]) ?? day(found[3], found[2], found[1]);
  found = new RegExp(`^(?:\\w{3,9},? )?${word}\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})$`).exec(text);
  if (found) return day(found[3], String(months.indexOf(found[1] ?? '') + 1), found[2]);
  found = new RegExp(`^(\\d{1,2})[- ]${word}[- ,]+(\\d{4})$`).exec(text);
  if (found) return day(found[3], String(months.indexOf(found[2] ?? '') + 1), found[1]);
  found = /^([〇零一二三四五六七八九]{4})年/.exec(text);
  if (found) return day(Array.from((found[1] ?? '').replaceAll('零', '〇'), (one) => String(hanDigits.indexOf(one))).join(''), '1', '1');
  return undefined;
}
/** Shorter ones, which only a column's name makes days: a year, a month without separator, two digits of a year, a day's number. */
export const isShortDay = ({ text }: Cell): boolean => {
  const [, y, m] = /^(\d{4})(\d{2})$/.exec(text) ?? [];
  if (y !== undefined && Number(y) >= 1900 && Number(y) <= 2030 && Number(m) >= 1 && Number(m) <= 12) return true;
  if (/^(?:19|20)\d{2}年?$/.test(text) || /^[3-7]0后$/.test(text)) return true;
  const [, , mm, dd] = /^(\d{2})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?$/.exec(text) ?? [];
  return (mm !== undefined && isCalendarDay(2000, Number(mm), Number(dd))) || isSerialDay({ text });
};
/** A day with two digits of its year, as `710813`; of people alive, so that those up to this decade are of this century. */
export function shortYearOf({ text }: Cell): number | undefined {
  const [, yy, m, d] = /^(\d{2})[-/.]?(\d{2})[-/.]?(\d{2})$/.exec(text) ?? [];
  const year = Number(yy) > 29 ? 1900 + Number(yy) : 2000 + Number(yy);
  return yy !== undefined && isCalendarDay(year, Number(m), Number(d)) ? year : undefined;
}
/** Days since 1899-12-30, as spreadsheets count: 1915 to 2027. */
export const isSerialDay = ({ text }: Pick<Cell, 'text'>): boolean =>
  /^\d{4,5}(?:\.0+)?$/.test(text) && Number(text) >= 5500 && Number(text) <= 46_700;

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
/** Whether these years lie as those of people's births do: over decades, most of them long ago. Events lie close together. */
export function spreadLikeBirths(years: readonly number[]): boolean {
  const sorted = [...years].sort((a, b) => a - b);
  return sorted.length > 0 && at(sorted, 0.95) - at(sorted, 0.05) >= 20 && at(sorted, 0.5) <= 2008;
}
export const serialYear = ({ text }: Cell): number => 1900 + Number(text) / 365.25;
