import { isBankCard, isCreditCode, isDay, isMobile, isResidentId } from './identifier-checks.js';

/** `decimal` keeps up to 18 digits before and 6 after the point; `integer` fits 64 bits. */
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
] as const;
export type BadReason = (typeof badReasons)[number];

export type CellOutcome = { readonly value: string } | { readonly bad: BadReason };

/** As DuckDB is to store it. */
export const storedTypes = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  decimal: 'DECIMAL(24,6)',
  date: 'DATE',
  datetime: 'TIMESTAMP',
} as const satisfies Record<CellType, string>;

const longest = 65_536;
const checks: Record<CellCheck, (value: string) => boolean> = {
  'resident-id': isResidentId,
  'bank-card': isBankCard,
  mobile: isMobile,
  uscc: isCreditCode,
};

/**
 * One cell in its normal form: numbers without a plus sign, dates as YYYY-MM-DD, date-times as YYYY-MM-DD HH:MM:SS. An empty cell is an
 * absent value.
 * @param raw the decoded text of the cell, quotes removed.
 */
export function readCell(
  field: { readonly type: CellType; readonly check: CellCheck | null; readonly required: boolean },
  raw: string,
): CellOutcome {
  if (raw.includes('\uFFFD')) return { bad: 'undecodable' };
  if (raw.length > longest) return { bad: 'too-long' };
  const outcome = readTyped(field.type, raw);
  if ('bad' in outcome) return outcome;
  if (outcome.value === '') return field.required ? { bad: 'empty' } : outcome;
  if (field.check !== null && !checks[field.check](outcome.value)) return { bad: 'check-failed' };
  return outcome;
}

function readTyped(type: CellType, raw: string): CellOutcome {
  // Tab, line feed and carriage return belong to free text; other control characters have no place in any cell.
  // eslint-disable-next-line no-control-regex
  if (type === 'text') return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(raw) ? { bad: 'control-character' } : { value: raw };
  const text = raw.trim();
  if (text === '') return { value: '' };
  if (type === 'integer') return readInteger(text);
  if (type === 'decimal') return /^[+-]?\d{1,18}(\.\d{1,6})?$/.test(text) ? { value: text.replace(/^\+/, '') } : { bad: 'not-a-decimal' };
  return type === 'date' ? readDate(text) : readDatetime(text);
}

function readInteger(text: string): CellOutcome {
  if (!/^[+-]?\d{1,19}$/.test(text)) return { bad: 'not-an-integer' };
  const number = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, number) === number ? { value: number.toString() } : { bad: 'not-an-integer' };
}

/** 2026-01-31, 2026/1/31, 20260131 and 2026年1月31日. */
function readDate(text: string): CellOutcome {
  const [, year = '', month = '', day = ''] =
    /^(\d{4})(\d{2})(\d{2})$/.exec(text) ??
    /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ??
    /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/.exec(text) ??
    /^(\d{4})年(\d{1,2})月(\d{1,2})日$/.exec(text) ??
    [];
  const value = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isDay(value) ? { value } : { bad: 'not-a-date' };
}

function readDatetime(text: string): CellOutcome {
  const [, date = '', hour = '', minute = '', second = '00'] = /^(\S+?)[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? [];
  const day = readDate(date);
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if (hour === '' || 'bad' in day || !isTime) return { bad: 'not-a-datetime' };
  return { value: `${day.value} ${hour.padStart(2, '0')}:${minute}:${second}` };
}
