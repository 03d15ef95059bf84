import { type Id, type Instant } from '#kernel';
import { refuse } from './refusals.js';

/** The two who must agree before anything is destroyed: the authority and the security administrator (proofs: destruction, 1). */
const confirmingRoles = ['authority', 'security-admin'] as const;
export type ConfirmingRole = (typeof confirmingRoles)[number];

export interface Confirmation {
  readonly role: ConfirmingRole;
  readonly personId: Id;
  readonly at: Instant;
}

export const missingRoles = (given: readonly Confirmation[]): readonly ConfirmingRole[] =>
  confirmingRoles.filter((role) => !given.some((confirmation) => confirmation.role === role));

/** Both roles, two persons (DEST-04, TERM-05). */
export const isConfirmed = (given: readonly Confirmation[]): boolean =>
  missingRoles(given).length === 0 && new Set(given.map(({ personId }) => personId)).size >= confirmingRoles.length;

/**
 * Adds one person's confirmation.
 * @throws Refusal `termination.same-person` when that person has confirmed in another role, `termination.already-confirmed` when the role has.
 */
export function confirm(given: readonly Confirmation[], next: Confirmation): readonly Confirmation[] {
  if (given.some(({ role }) => role === next.role)) throw refuse('termination.already-confirmed', { role: next.role });
  if (given.some(({ personId }) => personId === next.personId)) throw refuse('termination.same-person', { role: next.role });
  return [...given, next];
}
