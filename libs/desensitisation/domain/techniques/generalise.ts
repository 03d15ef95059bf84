import { sqlText } from '#kernel';
import type { SchemaColumn, Technique } from '../../contract.js';
import { isCalendarDay } from '../detectors/checksums.js';
import { exactSql, scaled, wideSql } from './numeric.js';
import { cityNames, provinceNames } from './regions.js';
import { ecmascript, fullMatch, hidden, trimSpaces, type Pattern } from './patterns.js';

export type Generalisation = Extract<Technique, { kind: 'generalise' }>['to'];
type DateUnit = Extract<Generalisation, { by: 'date' }>['unit'];

/** ISO, compact, slashed, dotted and Chinese dates, with or without a time behind them; years 1800 to 2199. */
const dateForm: Pattern = '(1[89]\\d{2}|2[01]\\d{2})[-/.年]?(\\d{1,2})[-/.月]?(\\d{1,2})日?(?:[ T].*)?';

interface Ymd {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}
function dateOf(text: string): Ymd | undefined {
  const found = fullMatch(dateForm).exec(trimSpaces(text));
  const [year = 0, month = 0, day = 0] = (found ?? []).slice(1).map(Number);
  const possible = month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  return found !== null && possible ? { year, month, day } : undefined;
}
const dateSql = (text: string, column: string, type: SchemaColumn['type']): string => {
  // A day that is stored as one needs no reading.
  if (type === 'date' || type === 'timestamp') return `CASE WHEN year(${column}) BETWEEN 1800 AND 2199 THEN ${column} END`;
  return dateOfTextSql(text);
};
const dateOfTextSql = (text: string): string =>
  `CASE WHEN regexp_full_match(trim(${text}), ${sqlText(dateForm)}) THEN TRY_CAST(regexp_replace(trim(${text}), ${sqlText(`^(?:${dateForm})$`)}, '\\1-\\2-\\3') AS DATE) END`;

function coarser({ year, month }: Ymd, unit: DateUnit): string {
  if (unit === 'year') return String(year);
  if (unit === 'decade') return `${String(year - (year % 10))}s`;
  return unit === 'quarter' ? `${String(year)}-Q${String(Math.ceil(month / 3))}` : `${String(year)}-${String(month).padStart(2, '0')}`;
}
const coarserSql: Readonly<Record<DateUnit, (date: string) => string>> = {
  month: (d) => `strftime(${d}, '%Y-%m')`,
  quarter: (d) => `year(${d}) || '-Q' || quarter(${d})`,
  year: (d) => `CAST(year(${d}) AS VARCHAR)`,
  decade: (d) => `(year(${d}) - year(${d}) % 10) || 's'`,
};

/** `lo-hi` of a width, `top+` from the top on; nothing for what is no age of anyone. */
function ageBand(age: number, width: number, top: number): string | null {
  if (!(age >= 0 && age <= 150)) return null;
  if (age >= top) return `${String(top)}+`;
  const low = age - (age % width);
  return `${String(low)}-${String(Math.min(low + width, top) - 1)}`;
}
const ageBandSql = (age: string, width: number, top: number): string => {
  const low = `(${age} - ${age} % ${String(width)})`;
  return `CASE WHEN ${age} < 0 OR ${age} > 150 THEN NULL WHEN ${age} >= ${String(top)} THEN '${String(top)}+' ELSE ${low} || '-' || (least(${low} + ${String(width)}, ${String(top)}) - 1) END`;
};
function ageOn(birth: Ymd, asOf: string): number {
  const [year = 0, month = 0, day = 0] = asOf.split('-').map(Number);
  return year - birth.year - (month * 100 + day < birth.month * 100 + birth.day ? 1 : 0);
}
const ageOnSql = (d: string, asOf: string): string => {
  const [year = '', month = '', day = ''] = asOf.split('-');
  return `(${year} - year(${d}) - CASE WHEN ${String(Number(month) * 100 + Number(day))} < month(${d}) * 100 + day(${d}) THEN 1 ELSE 0 END)`;
};

const level1 = `(?:${provinceNames})`;
const level2 = `(?:${cityNames})`;
/** Of counties and districts there are too many to list: Han characters alone, none of which is of a smaller place. */
const level3 = '(?:(?:\\p{Han}[^\\P{Han}路街道镇村号弄幢栋室组社]{0,7}?)(?:自治县|自治旗|新区|区|县|旗|市))';
/** What may follow: an address, in which nothing stands that people put between a name and a place. */
const rest = '[\\p{Han}0-9A-Za-z０-９Ａ-Ｚａ-ｚ ()（）#＃./－—-]*';
const addressForms: Readonly<Record<'province' | 'city' | 'district', Pattern>> = {
  province: level1,
  city: `(?:北京|天津|上海|重庆)市?|(?:${level1})?${level2}`,
  district: `(?:北京|天津|上海|重庆)市?${level3}|(?:${level1})?${level2}${level3}|${level1}${level3}`,
};
const wholeAddress = (level: keyof typeof addressForms): Pattern => `^(${addressForms[level]})${rest}$`;
/** The leading part of an address down to a level of administration; what is not wholly an address that begins so is hidden. */
function addressTo(level: keyof typeof addressForms, text: string): string {
  return new RegExp(ecmascript(wholeAddress(level)), 'u').exec(trimSpaces(text))?.[1] ?? hidden;
}

const binLabel = (edges: readonly number[], i: number): string => {
  if (i === 0) return `<${String(edges[0])}`;
  return i === edges.length ? `>=${String(edges.at(-1))}` : `[${String(edges[i - 1])},${String(edges[i])})`;
};

/** What one value becomes. `text` is the value as SQL casts it to VARCHAR. */
export function generalise(to: Generalisation, text: string): string | null {
  switch (to.by) {
    case 'date': {
      const date = dateOf(text);
      return date === undefined ? null : coarser(date, to.unit);
    }
    case 'age-band': {
      if (to.asOf === undefined) return ageBand(Math.floor(Number(text)), to.width, to.top);
      const birth = dateOf(text);
      return birth === undefined ? null : ageBand(ageOn(birth, to.asOf), to.width, to.top);
    }
    case 'address':
      return addressTo(to.level, text);
    case 'region-code':
      return /^\d{6,17}[\dXx]?$/.test(trimSpaces(text)) ? trimSpaces(text).slice(0, to.digits).padEnd(6, '0') : hidden;
    case 'bins': {
      const value = scaled(text);
      if (value === undefined) return null;
      const above = to.edges.findIndex((edge) => value < (scaled(String(edge)) ?? 0n));
      return binLabel(to.edges, above === -1 ? to.edges.length : above);
    }
    case 'hierarchy':
      return Object.hasOwn(to.map, trimSpaces(text)) ? (to.map[trimSpaces(text)] ?? null) : to.otherwise;
  }
}

/** The same in SQL. `column` is the column itself, `text` its VARCHAR form. */
export function generaliseSql(to: Generalisation, column: string, text: string, type: SchemaColumn['type']): string {
  switch (to.by) {
    case 'date':
      return coarserSql[to.unit](`(${dateSql(text, column, type)})`);
    case 'age-band':
      return to.asOf === undefined
        ? ageBandSql(`TRY_CAST(floor(${column}) AS BIGINT)`, to.width, to.top)
        : ageBandSql(ageOnSql(`(${dateSql(text, column, type)})`, to.asOf), to.width, to.top);
    case 'address':
      // The form is a beginning of what may follow: asked for apart, neither needs a capture, which costs twenty times as much.
      return `CASE WHEN regexp_full_match(${text}, ${sqlText(rest)}) THEN coalesce(nullif(ltrim(regexp_extract(${text}, ${sqlText(`^ *(?:${addressForms[to.level]})`)}), ' '), ''), ${sqlText(hidden)}) WHEN ${text} IS NOT NULL THEN ${sqlText(hidden)} END`;
    case 'region-code':
      return `CASE WHEN regexp_full_match(trim(${text}), '\\d{6,17}[\\dXx]?') THEN left(trim(${text}), ${String(to.digits)}) || '${'0'.repeat(6 - to.digits)}' WHEN ${text} IS NOT NULL THEN ${sqlText(hidden)} END`;
    case 'bins': {
      const x = wideSql(column);
      const whens = to.edges.map((edge, i) => `WHEN ${x} < ${exactSql(edge)} THEN ${sqlText(binLabel(to.edges, i))}`);
      return `CASE ${whens.join(' ')} WHEN ${x} IS NOT NULL THEN ${sqlText(binLabel(to.edges, to.edges.length))} END`;
    }
    case 'hierarchy': {
      const whens = Object.entries(to.map).map(([value, general]) => `WHEN ${sqlText(value)} THEN ${sqlText(general)}`);
      const otherwise = to.otherwise === null ? 'NULL' : `CASE WHEN ${text} IS NOT NULL THEN ${sqlText(to.otherwise)} END`;
      return whens.length === 0 ? otherwise : `CASE trim(${text}) ${whens.join(' ')} ELSE ${otherwise} END`;
    }
  }
}

export const isDay = (day: string): boolean => {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return isCalendarDay(year, month, date);
};
