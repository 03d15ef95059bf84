import { addMs, type HeldItem, type HoldingName, type Id, type Instant } from '#kernel';
import { type Confirmation, isConfirmed, missingRoles } from './confirmations.js';
import type { HoldingOutcome } from './destruction.js';
import { type Method, methodOf } from './disposal.js';
import { type ExitItem, stillLeaving, undecided } from './exits.js';
import type { Decision, Ground } from './grounds.js';
import { type Difference, type Inventory, things } from './inventory.js';
import type { LegalHold } from './legal-hold.js';
import { notShown, proofsOf, sameAttempt, type RecoveryAttempt, type RecoveryProof } from './recovery.js';
import type { TerminationScope } from './termination.js';

/** Something that is left, why, and what it is about. */
export interface Remainder {
  readonly what: string;
  readonly code:
    | 'access-open'
    | 'exit-undecided'
    | 'exit-unfinished'
    | 'inventory-incomplete'
    | 'not-confirmed'
    | 'held'
    | 'not-destroyed'
    | 'destruction-failed'
    | 'holding-not-asked'
    | 'keys-remain'
    | 'recovered'
    | 'recovery-unknown'
    | 'recovery-not-attempted'
    | 'recovery-attempted-too-early'
    | 'no-telling-attempt';
  readonly why: string;
}

/** What nobody could look at; stated, never assumed to be gone (proofs: destruction, 4). */
export interface Unreachable {
  readonly what: string;
  readonly why: string;
}

export interface CertificateFacts {
  readonly terminationId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly domainId: Id | null;
  readonly scope: TerminationScope;
  readonly scenarioIds: readonly Id[];
  readonly ground: Ground;
  readonly decision: Decision;
  readonly openedAt: Instant;
  readonly confirmations: readonly Confirmation[];
  readonly closing: { readonly receiptDigest: string | null; readonly complete: boolean; readonly open: readonly string[] };
  readonly exits: readonly ExitItem[];
  readonly holds: readonly LegalHold[];
  readonly inventory: Inventory;
  /** Every holding that had to be destroyed, by name. */
  readonly holdings: readonly HoldingName[];
  readonly outcomes: readonly HoldingOutcome[];
  /** When the last key was destroyed; null while keys remain. */
  readonly keysDestroyedAt: Instant | null;
  readonly recoveryBefore: readonly RecoveryAttempt[];
  readonly recoveryAfter: readonly RecoveryAttempt[];
  readonly unreachable: readonly Unreachable[];
  readonly logsKeptUntil: Instant;
  readonly retryAt: Instant;
}

interface Head {
  readonly terminationId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly domainId: Id | null;
  readonly scope: TerminationScope;
  readonly scenarioIds: readonly Id[];
  readonly ground: Ground;
  readonly decision: Decision;
  readonly openedAt: Instant;
  readonly issuedAt: Instant;
  readonly confirmedBy: readonly Confirmation[];
  readonly networkLogsKeptUntil: Instant;
}
export interface CertifiedItem extends Method {
  readonly kind: string;
  readonly ref: string;
  readonly view: HeldItem['view'];
}
export interface DestructionCertificate extends Head {
  readonly type: 'opdomain.destruction-certificate/v1';
  readonly accessReceipt: string;
  readonly exits: readonly Pick<ExitItem, 'kind' | 'ref' | 'decision' | 'decidedBy' | 'decidedAt' | 'carriedBy'>[];
  /** Every holding that was asked, destroyed and tried. */
  readonly holdings: readonly HoldingName[];
  readonly items: readonly CertifiedItem[];
  readonly differences: readonly Difference[];
  readonly keysDestroyedAt: Instant;
  readonly recovery: readonly RecoveryProof[];
  readonly unreachable: readonly Unreachable[];
}
export interface PendingNotice extends Head {
  readonly type: 'opdomain.pending-notice/v1';
  readonly left: readonly Remainder[];
  readonly retryAt: Instant;
  readonly unreachable: readonly Unreachable[];
}

function recoveryRemainders({ keysDestroyedAt, recoveryBefore, recoveryAfter, inventory }: CertificateFacts): Remainder[] {
  const unread = recoveryBefore.filter(({ outcome }) => outcome === 'unknown');
  const left: Remainder[] = unread.map(({ holding, how, answer }) => ({
    what: `${holding}: ${how}`,
    code: 'recovery-unknown',
    why: `unknown before anything was destroyed: ${answer}`,
  }));
  for (const proof of proofsOf(recoveryBefore, recoveryAfter)) {
    const { outcome, answer, at } = proof.after;
    const what = `${proof.holding}: ${proof.how}`;
    const unknown = notShown(proof);
    if (outcome === 'recovered') left.push({ what, code: 'recovered', why: answer });
    else if (unknown !== null) left.push({ what, code: 'recovery-unknown', why: unknown });
    else if (keysDestroyedAt !== null && at < keysDestroyedAt) left.push({ what, code: 'recovery-attempted-too-early', why: at });
  }
  const notRepeated = recoveryBefore.filter(
    (attempt) => attempt.outcome === 'recovered' && !recoveryAfter.some((after) => sameAttempt(after, attempt)),
  );
  if (keysDestroyedAt !== null)
    left.push(
      ...notRepeated.map(({ holding, how }): Remainder => ({
        what: `${holding}: ${how}`,
        code: 'recovery-not-attempted',
        why: 'it succeeded before and was not tried again',
      })),
    );
  const telling = proofsOf(recoveryBefore, recoveryAfter).some((proof) => proof.telling);
  if (inventory.items.length > 0 && !telling) {
    left.push({ what: 'recovery', code: 'no-telling-attempt', why: 'no attempt had recovered anything before destruction' });
  }
  return left;
}

/** Everything that stands between the case and its certificate; empty only when nothing is left. */
export function remainders(facts: CertificateFacts): readonly Remainder[] {
  const named = (items: readonly { readonly kind: string; readonly ref: string }[], code: Remainder['code'], why: string): Remainder[] =>
    items.map(({ kind, ref }) => ({ what: `${kind} ${ref}`, code, why }));
  const { closing, outcomes } = facts;
  const left: Remainder[] = closing.open.map((path) => ({ what: path, code: 'access-open', why: 'the path is not shown to be closed' }));
  if (!closing.complete || closing.receiptDigest === null) {
    left.push({ what: 'access', code: 'access-open', why: 'there is no complete receipt' });
  }
  left.push(...named(undecided(facts.exits), 'exit-undecided', 'release, transfer or destroy has not been decided'));
  left.push(...named(stillLeaving(facts.exits), 'exit-unfinished', 'it was to leave and has not left'));
  left.push(
    ...facts.inventory.failures.map(({ source, failure }): Remainder => ({ what: source, code: 'inventory-incomplete', why: failure })),
  );
  if (!isConfirmed(facts.confirmations)) {
    left.push({
      what: 'confirmation',
      code: 'not-confirmed',
      why: missingRoles(facts.confirmations).join(', ') || 'two different persons are needed',
    });
  }
  left.push(
    ...facts.holds.map((hold): Remainder => ({
      what: `hold ${hold.reference}`,
      code: 'held',
      why: `${hold.orderedBy}, until ${hold.until ?? 'lifted'}`,
    })),
  );
  for (const name of facts.holdings) {
    if (!outcomes.some(({ holding }) => holding === name))
      left.push({ what: name, code: 'holding-not-asked', why: 'its destruction was not reached' });
  }
  for (const { holding, left: items, failure } of outcomes) {
    left.push(...named(items, 'not-destroyed', `${holding} still has it`));
    if (failure !== null) left.push({ what: holding, code: 'destruction-failed', why: failure });
  }
  if (facts.keysDestroyedAt === null) left.push({ what: 'keys', code: 'keys-remain', why: 'keys go last and have not gone' });
  return [...left, ...recoveryRemainders(facts)];
}

const firstRetrySeconds = 15;

/**
 * When what is left is tried again: soon after the first notice, since most often something was away for a moment, then twice as long after
 * each, up to `mostSeconds`.
 * @param previous the conclusion before this one, if any
 */
export function retryAtAfter(previous: object | null, at: Instant, mostSeconds: number): Instant {
  const { issuedAt, retryAt } = (previous ?? {}) as Partial<Pick<PendingNotice, 'issuedAt' | 'retryAt'>>;
  const seconds =
    issuedAt === undefined || retryAt === undefined ? firstRetrySeconds / 2 : (Date.parse(retryAt) - Date.parse(issuedAt)) / 1_000;
  return addMs(at, Math.min(seconds * 2, mostSeconds) * 1_000);
}

const headOf = (facts: CertificateFacts, issuedAt: Instant): Head => ({
  terminationId: facts.terminationId,
  authorisationId: facts.authorisationId,
  unitId: facts.unitId,
  domainId: facts.domainId,
  scope: facts.scope,
  scenarioIds: facts.scenarioIds,
  ground: facts.ground,
  decision: facts.decision,
  openedAt: facts.openedAt,
  issuedAt,
  confirmedBy: facts.confirmations,
  networkLogsKeptUntil: facts.logsKeptUntil,
});

/**
 * A certificate if nothing is left, otherwise a pending notice that names what is left, why, and when it is tried again (DEST-03).
 * What nobody could reach is listed in both.
 */
export function conclude(facts: CertificateFacts, at: Instant): DestructionCertificate | PendingNotice {
  const left = remainders(facts);
  const { keysDestroyedAt, unreachable, inventory } = facts;
  const { receiptDigest } = facts.closing;
  if (left.length > 0 || keysDestroyedAt === null || receiptDigest === null) {
    return { type: 'opdomain.pending-notice/v1', ...headOf(facts, at), left, retryAt: facts.retryAt, unreachable };
  }
  const destroyedKeys = new Set(inventory.items.filter(({ kind }) => kind === 'key').map(({ ref }) => ref));
  return {
    type: 'opdomain.destruction-certificate/v1',
    ...headOf(facts, at),
    accessReceipt: receiptDigest,
    exits: facts.exits.map(({ kind, ref, decision, decidedBy, decidedAt, carriedBy }) => ({
      kind,
      ref,
      decision,
      decidedBy,
      decidedAt,
      carriedBy,
    })),
    holdings: facts.holdings,
    items: things(inventory.items).map((item) => ({ kind: item.kind, ref: item.ref, view: item.view, ...methodOf(item, destroyedKeys) })),
    differences: inventory.differences,
    keysDestroyedAt,
    recovery: proofsOf(facts.recoveryBefore, facts.recoveryAfter),
    unreachable,
  };
}
