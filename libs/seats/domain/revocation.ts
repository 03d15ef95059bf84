import { assertMove, type CutScope, type Day, type Id, type Instant, type Transitions } from '#kernel';

/** Taking back (收回) is open until its receipt is complete. */
export type RevocationState = 'cutting' | 'closed';
export const revocationTransitions = { cutting: ['closed'], closed: [] } as const satisfies Transitions<RevocationState>;

/** What made it necessary. A pause and a suspension cut as well, and have receipts as well; only the others end seats. */
export const revocationCauses = ['revoked', 'lapsed', 'paused', 'suspended', 'stopped', 'terminated'] as const;
export type RevocationCause = (typeof revocationCauses)[number];

export interface Revocation {
  readonly id: Id;
  readonly version: number;
  readonly scope: CutScope;
  readonly cause: RevocationCause;
  /** Coded ground of a person's command, or the refusal code of what lapsed. */
  readonly ground: string;
  readonly reason: string | null;
  /** Suspension, termination or other case that it belongs to. */
  readonly caseId: Id | null;
  readonly seatIds: readonly Id[];
  readonly state: RevocationState;
  readonly committedAt: Instant;
  readonly closedAt: Instant | null;
}

/** The day on which a person's command was decided may lie before the day it is recorded, never after. */
export interface RevocationOrder {
  readonly ground: string;
  readonly reason: string;
  readonly decidedOn: Day | null;
}

export function closeRevocation(from: RevocationState): RevocationState {
  assertMove(revocationTransitions, from, 'closed', 'revocation');
  return 'closed';
}
