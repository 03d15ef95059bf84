import type { Transitions } from '#kernel';

/**
 * Taking back (收回) is open until its receipt is complete. What was only paused may come back before that: then the paths are open
 * again with good reason, and the record says that no receipt was reached.
 */
export type RevocationState = 'cutting' | 'closed' | 'superseded';
export const revocationTransitions = {
  cutting: ['closed', 'superseded'],
  closed: [],
  superseded: [],
} as const satisfies Transitions<RevocationState>;
/** Causes after which a seat can come back. */
export const passing: readonly RevocationCause[] = ['paused', 'suspended', 'stopped'];

/** What made it necessary. A pause and a suspension cut as well, and have receipts as well; only the others end seats. */
export const revocationCauses = ['revoked', 'lapsed', 'paused', 'suspended', 'stopped', 'terminated'] as const;
export type RevocationCause = (typeof revocationCauses)[number];
