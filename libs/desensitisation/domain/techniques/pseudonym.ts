import { identifierForm } from '#kernel';
import { createHmac } from 'node:crypto';
import type { ColumnDecision } from '../../contract.js';

/** The pseudonym of one value: the first characters of HMAC-SM3 (GB/T 32905) or HMAC-SHA-256 in hex. The reference for what the engine computes. */
export function pseudonymOf(decision: ColumnDecision, value: string, key: Uint8Array): string | null {
  if (decision.technique.kind !== 'pseudonym') throw new TypeError('not a pseudonym');
  const form = identifierForm(decision.sensitiveType, value);
  const algorithm = decision.technique.algorithm === 'hmac-sm3' ? 'sm3' : 'sha256';
  return form === null ? null : createHmac(algorithm, key).update(form).digest('hex').slice(0, decision.technique.hexLength);
}
