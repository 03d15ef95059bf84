import type { Grant, Id } from '#kernel';

/** One of the two administrators who keep what stands for every region, as they stand now. */
export interface Registrar {
  readonly personId: Id;
  readonly grants: readonly Pick<Grant, 'role'>[];
}
const sides = ['security-admin', 'platform-operator'] as const;
const sideOf = ({ grants }: Registrar) => sides.find((side) => grants.some(({ role }) => role === side));

/** Whether they are two people, one of each side: neither office can alone what takes both (ACC-05). */
export function areTwoSides(proposer: Registrar, confirmer: Registrar): boolean {
  const [first, second] = [sideOf(proposer), sideOf(confirmer)];
  return proposer.personId !== confirmer.personId && first !== undefined && second !== undefined && first !== second;
}
