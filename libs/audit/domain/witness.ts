import type { Instant } from '#kernel';
import { type Checkpoint, clockToleranceMs } from './checkpoint.js';
import type { Hash } from './merkle.js';
import { verifyConsistency } from './proof-verification.js';
import { refuse } from './refusals.js';

/** The largest tree a witness has cosigned of one log; undefined before its first. */
export type LastSeen = Pick<Checkpoint, 'size' | 'root'> | undefined;

/**
 * What a witness asks before it cosigns: the same log, never smaller, and the old tree a prefix of the new one. A witness
 * keeps what it saw outside the log's reach, which is what makes a rewritten history show.
 * @throws Refusal `audit.checkpoint-foreign`, `audit.consistency-fails`.
 */
export function assertCosignable(origin: string, last: LastSeen, next: Checkpoint, proof: readonly Hash[]): void {
  if (next.origin !== origin) throw refuse('audit.checkpoint-foreign', { expected: origin, found: next.origin });
  if (last !== undefined) verifyConsistency(last.size, next.size, proof, last.root, next.root);
}

/** A cosignature says when its witness saw the checkpoint, which was there by then. @throws Refusal `audit-witness.before-checkpoint`. */
export function assertSeenAfter(signedAt: Instant, at: Instant): void {
  if (at < signedAt) throw refuse('audit-witness.before-checkpoint', { signedAt, at });
}

/** The same of a line from outside, whose clock is another one: what no verifier would take is not taken. @throws Refusal `audit-witness.time-implausible`. */
export function assertSeenAround(signedAt: Instant, at: Instant, now: Instant): void {
  const ms = Date.parse(at);
  if (ms < Date.parse(signedAt) - clockToleranceMs || ms > Date.parse(now) + clockToleranceMs)
    throw refuse('audit-witness.time-implausible', { signedAt, at, now });
}
