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
 * Adds one person's confirmation, in the place of one of the same role that fell.
 * @param fallen of those given: by people who are locked or lost the role since.
 * @throws Refusal `termination.same-person` when that person has confirmed in another role, `termination.already-confirmed` when the role
 * has, `termination.confirmation-fell` where another role's fell: that one comes first, anew.
 */
export function confirm(given: readonly Confirmation[], next: Confirmation, fallen: readonly Confirmation[] = []): readonly Confirmation[] {
  const standing = given.filter((one) => !fallen.includes(one));
  if (standing.some(({ role }) => role === next.role)) throw refuse('termination.already-confirmed', { role: next.role });
  if (standing.some(({ personId }) => personId === next.personId)) throw refuse('termination.same-person', { role: next.role });
  assertNoneFell(fallen.filter(({ role }) => role !== next.role));
  return [...standing, next];
}

/** @throws Refusal `termination.confirmation-fell`. */
export function assertNoneFell(fallen: readonly Confirmation[]): void {
  if (fallen.length > 0) throw refuse('termination.confirmation-fell', { roles: fallen.map(({ role }) => role) });
}
