import type { Refusal } from '#kernel';
import { Unanswered } from './bounded-client.js';
import { isOutdated } from './prepared-statements.js';
import { refuse } from './refusals.js';

/** SQLSTATEs of limits that PostgreSQL itself enforced: the transaction is rolled back, so nothing was changed. */
const ended: Readonly<Record<string, string>> = {
  '55P03': 'lock',
  '57014': 'statement',
  '25P03': 'idle-in-transaction',
  '25P04': 'transaction',
};
/** No connection is left for us: nothing was sent. */
const full = new Set(['53300']);
/** Connection exceptions (class 08), and a server that stops or starts. */
const away = /^(?:08\w{3}|57P0[1-5])$/;
/** What Node and pg say of a connection that is not there or broke; pg has no codes of its own. */
const broken = /^E(?:CONN|PIPE|TIMEDOUT|HOST|NET|AI_)|^ENOTFOUND$/;
const saidByPg =
  /timeout expired|Connection terminated|connection timeout|not queryable|timeout exceeded when trying to connect|Query read timeout/i;
/** TypeORM gives a connection that broke inside a transaction back at once; what the transaction then asks meets this. */
const brokeInside = /^QueryRunner(?:Provider)?AlreadyReleasedError$/;

/**
 * What a fault of the connection to PostgreSQL means to whoever asked; undefined for any other error. Where no answer came, whether a
 * change was made is unknown: a repeat with the same idempotency key does it once.
 */
export function outageRefusal(error: unknown): Refusal | undefined {
  // TypeORM wraps what the driver threw.
  const fault = faultIn((error as { driverError?: unknown } | undefined)?.driverError) ?? faultIn(error);
  if (fault === undefined) return undefined;
  const state = typeof fault.code === 'string' ? fault.code : '';
  const limit = ended[state];
  if (limit !== undefined) return refuse('database.limit-reached', { limit });
  if (full.has(state)) return refuse('database.busy');
  if (isOutdated(fault)) return refuse('database.limit-reached', { limit: 'prepared-statement' });
  if (fault instanceof Unanswered) return refuse('database.unreachable', { fault: 'no answer' });
  const broke = state === '' ? saidByPg.test(fault.message) || brokeInside.test(fault.name ?? '') : broken.test(state) || away.test(state);
  return broke ? refuse('database.unreachable', { fault: state || 'connection' }) : undefined;
}

const faultIn = (error: unknown): { readonly code?: unknown; readonly name?: string; readonly message: string } | undefined =>
  typeof error === 'object' && error !== null && 'message' in error ? (error as { message: string }) : undefined;
