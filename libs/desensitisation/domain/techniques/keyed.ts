import { identifierForm, residentIdCheck, sqlText } from '#kernel';
import { createHmac } from 'node:crypto';
import type { ColumnDecision, SchemaColumn, Technique } from '../../contract.js';
import { ff1, ff1Key } from './ff1.js';
import { hidden } from './patterns.js';

type Encipher = Extract<Technique, { kind: 'encipher' }>;
type Shift = Extract<Technique, { kind: 'shift-days' }>;

/** Fewest digits that are enciphered: a million possibilities (SP 800-38G, revision 1). */
const leastDigits = 6;
/** What the engine's cipher takes. */
const mostDigits = 22;

/** The digits before the check character, by the kind of check, as one pattern that SQL reads alike. */
const bodyForm = ({ keep, check }: Encipher): string => {
  const [least, most] = check === 'resident-id' ? [17, 17] : check === 'luhn' ? [11, 18] : [keep + leastDigits, keep + mostDigits];
  return `([0-9]{${String(least)},${String(most)}})${check === 'none' ? '' : check === 'luhn' ? '[0-9]' : '[0-9X]'}`;
};

const luhnDigit = (digits: string): string => {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, i) => total + (i % 2 === 1 ? Number(digit) : ((Number(digit) * 2) % 10) + (Number(digit) >= 5 ? 1 : 0)), 0);
  return String((10 - (sum % 10)) % 10);
};
/** One digit of a number, from the right, by arithmetic alone: cutting it out of the text costs many times as much. */
const digitSql = (number: string, i: number): string => `(${number} // ${String(10n ** BigInt(i))} % 10)`;
const luhnDigitSql = (number: string): string => {
  const terms = Array.from({ length: 18 }, (_, i) => {
    const digit = digitSql(number, i);
    return i % 2 === 1 ? digit : `(2 * ${digit} - 9 * CAST(${digit} >= 5 AS BIGINT))`;
  });
  return `CAST((10 - (${terms.join(' + ')}) % 10) % 10 AS VARCHAR)`;
};
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const residentDigitSql = (number: string): string =>
  `substr('10X98765432', (${weights.map((weight, i) => `${String(weight)} * ${digitSql(number, 16 - i)}`).join(' + ')}) % 11 + 1, 1)`;

/** An identifier in its one form with other digits; what has not the form is hidden. */
export function encipher(technique: Encipher, type: ColumnDecision['sensitiveType'], value: string, key: Uint8Array): string | null {
  const form = identifierForm(type, value);
  if (form === null) return null;
  const [, body] = new RegExp(`^${bodyForm(technique)}$`).exec(form) ?? [];
  if (body === undefined) return hidden;
  const [kept, digits] = [body.slice(0, technique.keep), body.slice(technique.keep)];
  const cipher = technique.algorithm === 'ff1-sm4' ? 'sm4' : 'aes';
  const made = kept + ff1(cipher, ff1Key(cipher, key), 10, Buffer.from(kept), digits);
  if (technique.check === 'none') return made;
  return made + (technique.check === 'luhn' ? luhnDigit(made) : residentIdCheck(made));
}

/** The identifier without its check character, enciphered; NULL for what has not the form. @param macro of the engine's step */
export function encipheredSql({ keep, check }: Encipher, form: string, macro: string): string {
  const end = check === 'none' ? '' : `, strlen(${form}) - ${String(keep + 1)}`;
  const kept = `left(${form}, ${String(keep)})`;
  return `${kept} || ${macro}(substr(${form}, ${String(keep + 1)}${end}), ${kept})`;
}
/** @param enciphered of `encipheredSql` @param number the same as a number */
export function encipherSql(technique: Encipher, form: string, enciphered: string, number: string): string {
  const { check } = technique;
  const digit = check === 'none' ? '' : ` || ${check === 'luhn' ? luhnDigitSql(number) : residentDigitSql(number)}`;
  return `CASE WHEN regexp_full_match(${form}, ${sqlText(bodyForm(technique))}) THEN ${enciphered}${digit} WHEN ${form} IS NOT NULL THEN ${sqlText(hidden)} END`;
}

/** In front of what is hashed: the same key may make the subject's pseudonym, which tells nothing of this. */
const shifted = 'shift-days|';

/** By how many days a subject's days move, from the first 32 bits of its keyed digest. */
const daysOf = (digest: string, within: number): number => (Number.parseInt(digest.slice(0, 8), 16) % (2 * within + 1)) - within;
const hexSql = (hex: string): string => `CAST('0x' || left(${hex}, 8) AS BIGINT)`;

/** @param subject the subject's form; a row of nobody loses its day */
export function shiftDays({ within }: Shift, column: SchemaColumn, text: string, subject: string | null, key: Uint8Array): string | null {
  if (subject === null) return null;
  const days = daysOf(
    createHmac('sm3', key)
      .update(shifted + subject)
      .digest('hex'),
    within,
  );
  const moved = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10) + (column.type === 'date' ? '' : text.slice(10));
}
/** What is hashed of a subject's form. */
export const shiftTextSql = (form: string): string => `(${sqlText(shifted)} || ${form})`;
/** @param subject an expression of `shiftTextSql` */
export const shiftDaysSql = ({ within }: Shift, column: string, type: SchemaColumn['type'], subject: string, macro: string): string => {
  const days = `(${hexSql(`${macro}(${subject})`)} % ${String(2 * within + 1)} - ${String(within)})`;
  return type === 'date' ? `${column} + CAST(${days} AS INTEGER)` : `${column} + to_days(CAST(${days} AS INTEGER))`;
};
