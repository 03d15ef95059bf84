import type { Id, Instant, Transitions } from '#kernel';
import type { Confirmation } from './confirmations.js';
import type { Decision, Ground } from './grounds.js';

export type TerminationState =
  'opened' | 'access-closed' | 'exits-decided' | 'inventoried' | 'destroying' | 'verifying' | 'certified' | 'pending' | 'held';

/** Every edge of a termination (design §3). Once destruction has begun it can only be finished or be pending. */
export const terminationTransitions = {
  opened: ['access-closed', 'held'],
  'access-closed': ['exits-decided', 'held'],
  'exits-decided': ['inventoried', 'held'],
  inventoried: ['destroying', 'held'],
  destroying: ['verifying', 'pending'],
  verifying: ['certified', 'pending'],
  pending: ['destroying'],
  held: ['opened', 'access-closed', 'exits-decided', 'inventoried'],
  certified: [],
} as const satisfies Transitions<TerminationState>;

/** States that a legal hold can interrupt; it returns there when the hold is lifted. */
const holdable = ['opened', 'access-closed', 'exits-decided', 'inventoried'] as const satisfies readonly TerminationState[];
export type HoldableState = (typeof holdable)[number];
export const isHoldable = (state: TerminationState): state is HoldableState => (holdable as readonly TerminationState[]).includes(state);

/** What ends: the agreement with everything under it, or one scenario alone, which leaves the others at work (SUSP-05). */
export type TerminationScope = { readonly kind: 'authorisation' } | { readonly kind: 'scenario'; readonly scenarioId: Id };

export interface Termination {
  readonly id: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly domainId: Id | null;
  readonly scope: TerminationScope;
  /** Every scenario that ends with it. */
  readonly scenarioIds: readonly Id[];
  readonly ground: Ground;
  readonly decision: Decision;
  readonly state: TerminationState;
  /** While held: the state it was in. */
  readonly heldFrom: HoldableState | null;
  readonly openedBy: Id | null;
  readonly openedAt: Instant;
  readonly confirmations: readonly Confirmation[];
  /** The configured deadline of the destruction; no text gives a figure (DEST-01). */
  readonly destroyBy: Instant;
}
