import type { SensitiveType } from '#datasets/contract';
import { createHmac } from 'node:crypto';
import type { ColumnDecision } from '../../contract.js';
import { trimSpaces } from './patterns.js';

/** Identifiers whose letters mean the same in either case: `x` and `X` of a resident ID are one person. */
const caseless: ReadonlySet<SensitiveType> = new Set([
  'resident-id',
  'uscc',
  'passport',
  'hk-macao-permit',
  'taiwan-permit',
  'plate',
  'mac',
]);

/** The form under which equal identifiers are equal: outer spaces off, ASCII letters in upper case where case says nothing; empty is nothing. */
export function normalised(type: SensitiveType, value: string): string | null {
  const text = trimSpaces(value);
  const form = caseless.has(type) ? text.replace(/[a-z]/g, (letter) => letter.toUpperCase()) : text;
  return form === '' ? null : form;
}
export function normalisedSql(type: SensitiveType, text: string): string {
  const form = caseless.has(type)
    ? `translate(trim(${text}), 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')`
    : `trim(${text})`;
  return `nullif(${form}, '')`;
}

/** The pseudonym of one value: the first characters of HMAC-SM3 (GB/T 32905) or HMAC-SHA-256 in hex. The reference for what the engine computes. */
export function pseudonymOf(decision: ColumnDecision, value: string, key: Uint8Array): string | null {
  if (decision.technique.kind !== 'pseudonym') throw new TypeError('not a pseudonym');
  const form = normalised(decision.sensitiveType, value);
  const algorithm = decision.technique.algorithm === 'hmac-sm3' ? 'sm3' : 'sha256';
  return form === null ? null : createHmac(algorithm, key).update(form).digest('hex').slice(0, decision.technique.hexLength);
}
