import { assertMove, type Id, type Instant, type Reached } from '#kernel';
import { isConfirmed, missingRoles } from './confirmations.js';
import { assertAllDecided, assertNoneLeaving, type ExitItem } from './exits.js';
import { assertComplete, type Inventory } from './inventory.js';
import { assertNoHold, type HeldScope, type LegalHold, standingHolds } from './legal-hold.js';
import { type HoldableState, isHoldable, type Termination, type TerminationState, terminationTransitions } from './termination.js';
import { refuse } from './refusals.js';

export interface TerminationChange {
  readonly from: TerminationState;
  readonly to: Reached<typeof terminationTransitions>;
  readonly heldFrom: HoldableState | null;
}

/** The edges of every step but the lifting of a hold: while one stands, nothing else leaves `held`, whatever was read before the lock. */
const onward = { ...terminationTransitions, held: [] } as const;

function change(from: TerminationState, to: TerminationChange['to'], heldFrom: HoldableState | null = null): TerminationChange {
  assertMove<TerminationState>(onward, from, to, 'termination');
  return { from, to, heldFrom };
}

export const scopeOf = ({ authorisationId, unitId, domainId, scenarioIds }: Termination): HeldScope => ({
  authorisationId,
  unitId,
  domainId,
  scenarioIds,
});

/** Access is closed when its receipt is complete; until then the case stays where it is (TERM-01). */
export function decideAccessClosed(
  state: TerminationState,
  receipt: { readonly complete: boolean; readonly open: readonly { readonly path: string }[] },
): TerminationChange {
  if (!receipt.complete) throw refuse('termination.access-open', { open: receipt.open.map(({ path }) => path) });
  return change(state, 'access-closed');
}

/** Every artefact has its decision; one without stops the case, by name (TERM-07). */
export function decideExits(state: TerminationState, items: readonly ExitItem[]): TerminationChange {
  const decided = change(state, 'exits-decided');
  assertAllDecided(items);
  return decided;
}

export function decideInventoried(state: TerminationState, inventory: Inventory): TerminationChange {
  const inventoried = change(state, 'inventoried');
  assertComplete(inventory);
  return inventoried;
}

export interface DestructionFacts {
  readonly termination: Termination;
  readonly exits: readonly ExitItem[];
  readonly holds: readonly LegalHold[];
  /** The domain is sealed, or, where one scenario ends alone, that scenario is ending and closed. */
  readonly sealed: boolean;
}

/**
 * Begins the destruction, or takes it up again from `pending`. Sealed first, confirmed by two persons, no hold, everything that may
 * leave has left (DEST-04, TERM-05, TERM-07).
 */
export function decideDestruction({ termination, exits, holds, sealed }: DestructionFacts, at: Instant): TerminationChange {
  const destroying = change(termination.state, 'destroying');
  if (!sealed) throw refuse('termination.not-sealed', { terminationId: termination.id });
  assertNoHold(holds, scopeOf(termination), at);
  if (!isConfirmed(termination.confirmations)) {
    throw refuse('termination.not-confirmed', { missing: [...missingRoles(termination.confirmations)] });
  }
  assertAllDecided(exits);
  assertNoneLeaving(exits);
  return destroying;
}

/** A hold interrupts a case before destruction. Access is closed all the same: a hold preserves, it never keeps anything open. */
export function decideHold(termination: Termination, holds: readonly LegalHold[], at: Instant): TerminationChange | undefined {
  const standing = standingHolds(holds, scopeOf(termination), at).length > 0;
  if (!standing || !isHoldable(termination.state)) return undefined;
  return change(termination.state, 'held', termination.state);
}

/** Back to where the case was, once no hold stands any more. */
export function decideUnhold(termination: Termination, holds: readonly LegalHold[], at: Instant): TerminationChange | undefined {
  if (termination.state !== 'held' || termination.heldFrom === null) return undefined;
  if (standingHolds(holds, scopeOf(termination), at).length > 0) return undefined;
  return { from: 'held', to: termination.heldFrom, heldFrom: null };
}

/** All holdings have been told to destroy: now it is tried whether anything comes back. */
export const decideVerifying = (state: TerminationState): TerminationChange => change(state, 'verifying');

/** What the conclusion makes of the case. */
export const decideConclusion = (state: TerminationState, conclusion: { readonly type: string }): TerminationChange =>
  change(state, conclusion.type === 'opdomain.destruction-certificate/v1' ? 'certified' : 'pending');

/** One open case for a scope at a time; an authorisation's case covers its scenarios. */
export function assertNoOpenCase(
  open: readonly { readonly id: Id; readonly scenarioIds: readonly Id[] }[],
  scenarioIds: readonly Id[],
): void {
  const same = open.find(
    (other) => scenarioIds.length === 0 || other.scenarioIds.length === 0 || other.scenarioIds.some((id) => scenarioIds.includes(id)),
  );
  if (same) throw refuse('termination.already-open', { terminationId: same.id });
}
