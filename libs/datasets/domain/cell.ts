import { readWrittenDate, readWrittenNumber } from './written.js';
import type { Written } from './written.js';
import { isBankCard, isCreditCode, isDay, isMobile, isResidentId } from './identifier-checks.js';

/** `decimal` keeps up to 18 digits before and 10 after the point; `integer` fits 64 bits. */
export const cellTypes = ['text', 'integer', 'decimal', 'date', 'datetime'] as const;
export type CellType = (typeof cellTypes)[number];

export const cellChecks = ['resident-id', 'bank-card', 'mobile', 'uscc'] as const;
export type CellCheck = (typeof cellChecks)[number];

/** Why a row was put aside. Says nothing of the value. */
export const badReasons = [
  'field-count',
  'undecodable',
  'empty',
  'not-an-integer',
  'not-a-decimal',
  'not-a-date',
  'not-a-datetime',
  'control-character',
  'too-long',
  'check-failed',
  // What a reader finds wrong with a whole row.
  'quote-not-closed',
  'repeated-header',
  'not-an-object',
  'unknown-key',
  'nested-value',
  'digits-lost',
  'formula-error',
] as const;
export type BadReason = (typeof badReasons)[number];

export type CellOutcome = { readonly value: string } | { readonly bad: BadReason };

const storedTypes = { text: 'VARCHAR', integer: 'BIGINT', date: 'DATE', datetime: 'TIMESTAMP' } as const;
/** Places after the point that a decimal column has, unless a delivery writes more (coordinates). */
const [usualPlaces, mostPlaces] = [6, 10];

/** As DuckDB is to store it. @param places the most digits after the point that the delivery has in this column */
export function storedType(type: CellType, places = 0): string {
  if (type !== 'decimal') return storedTypes[type];
  return places > usualPlaces ? `DECIMAL(${String(18 + mostPlaces)},${String(mostPlaces)})` : 'DECIMAL(24,6)';
}

/** Digits after the point of a decimal in its normal form. */
export const placesOf = (value: string): number => (value.includes('.') ? value.length - value.indexOf('.') - 1 : 0);

const longest = 65_536;
/**
 * What no cell may hold: bytes of no character, and control characters. Tab, line feed and carriage return belong to free text. A reader
 * looks for it once in a whole line and not in each cell.
 */
// eslint-disable-next-line no-control-regex
export const unplain = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\uFFFD]/;
const checks: Record<CellCheck, (value: string) => boolean> = {
  'resident-id': isResidentId,
  'bank-card': isBankCard,
  mobile: isMobile,
  uscc: isCreditCode,
};

export interface CellRules {
  readonly type: CellType;
  readonly check: CellCheck | null;
  readonly required: boolean;
  /** How the provider writes it, where that is not the usual form. */
  readonly written?: Written | null;
}

/**
 * One cell in its normal form: numbers without a plus sign, dates as YYYY-MM-DD, date-times as YYYY-MM-DD HH:MM:SS with what fraction of a
 * second they have. An empty cell is an absent value.
 * @param raw the decoded text of the cell, quotes removed.
 * @param isPlain whether its reader has seen that nothing of `unplain` is in it.
 */
export function readCell(field: CellRules, raw: string, isPlain = false): CellOutcome {
  if (!isPlain && raw.includes('\uFFFD')) return { bad: 'undecodable' };
  if (raw.length > longest) return { bad: 'too-long' };
  const outcome = readTyped(field, raw, isPlain);
  if ('bad' in outcome) return outcome;
  if (outcome.value === '') return field.required ? { bad: 'empty' } : outcome;
  if (field.check !== null && !checks[field.check](outcome.value)) return { bad: 'check-failed' };
  return outcome;
}

function readTyped({ type, written }: CellRules, raw: string, isPlain: boolean): CellOutcome {
  if (type === 'text') return !isPlain && unplain.test(raw) ? { bad: 'control-character' } : { value: raw };
  const text = raw.trim();
  if (text === '') return { value: '' };
  if (type === 'integer' || type === 'decimal') {
    const plain = readWrittenNumber(text, written);
    return type === 'integer' ? readInteger(plain) : readDecimal(plain);
  }
  if (written?.date === undefined) return type === 'date' ? readDate(text) : readDatetime(text);
  const read = readWrittenDate(text, written.date);
  if (read === undefined) return { bad: type === 'date' ? 'not-a-date' : 'not-a-datetime' };
  return type === 'date' ? readDate(read) : readDatetime(read);
}

const readDecimal = (text: string): CellOutcome =>
  /^[+-]?\d{1,18}(\.\d{1,10})?$/.test(text) ? { value: text.replace(/^\+/, '') } : { bad: 'not-a-decimal' };

/** In its normal form already, and surely of 64 bits. */
const plainInteger = /^-?[1-9]\d{0,17}$/;
function readInteger(text: string): CellOutcome {
  if (plainInteger.test(text)) return { value: text };
  if (!/^[+-]?\d{1,19}$/.test(text)) return { bad: 'not-an-integer' };
  const number = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, number) === number ? { value: number.toString() } : { bad: 'not-an-integer' };
}

/** 2026-01-31, 2026/1/31, 20260131 and 2026年1月31日; with a time that is midnight, as Oracle exports its dates. */
function readDate(text: string): CellOutcome {
  if (isDay(text)) return { value: text };
  const [date = ''] = text.split(/[ T]0?0:00(?::00(?:\.0{1,9})?)?$/);
  const [, year = '', month = '', day = ''] =
    /^(\d{4})(\d{2})(\d{2})$/.exec(date) ??
    /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(date) ??
    /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/.exec(date) ??
    /^(\d{4})年(\d{1,2})月(\d{1,2})日$/.exec(date) ??
    [];
  const value = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isDay(value) ? { value } : { bad: 'not-a-date' };
}

const plainTime = /^.{10} (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;
/** The same with a time, to the microsecond; a day alone is its midnight. */
function readDatetime(text: string): CellOutcome {
  if (plainTime.test(text) && isDay(text.slice(0, 10))) return { value: text };
  const [, date = '', hour = '', minute = '', second = '00', fraction = ''] =
    /^(\S+?)[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})0{0,3})?)?$/.exec(text) ?? ['', text, '00', '00'];
  const day = readDate(date);
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if ('bad' in day || !isTime) return { bad: 'not-a-datetime' };
  const rest = fraction.replace(/0+$/, '');
  return { value: `${day.value} ${hour.padStart(2, '0')}:${minute}:${second}${rest === '' ? '' : `.${rest}`}` };
}
