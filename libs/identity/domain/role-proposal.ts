import { assertMove, type Grant, type Id, type Instant, type PermissionScope, type Role } from '#kernel';
import { roleProposalTransitions, type RoleProposalState, type SettledState } from './role-proposal.states.js';
import { isAdministrator } from './role-rules.js';
import { refuse } from './refusals.js';

/** A deciding role, to begin or to end, that one person proposed for another and that a second one has to confirm. */
export interface RoleProposal {
  readonly id: Id;
  readonly state: RoleProposalState;
  readonly personId: Id;
  readonly role: Role;
  readonly scope: PermissionScope;
  /** The end of the grant, if it has one. */
  readonly until: Instant | null;
  /** The organisation for which the role decides: what the scope names, or the person's own. */
  readonly organisationId: Id;
  readonly proposedBy: Id;
  readonly expiresAt: Instant;
}

/** A side of the table: one of the three administrators, or an authority over the organisation for which the role decides. */
export const allSides = ['security-admin', 'audit-admin', 'platform-operator', 'authority'] as const;
export type Side = (typeof allSides)[number];

/**
 * What the choice of the two sides rests on: how many ever held each office, in force or not. An office that was held once is never
 * "not filled yet" again; whoever empties it gains nothing by that.
 */
export interface Staffing {
  readonly securityAdmins: number;
  readonly auditAdmins: number;
  /** People who ever held `authority` over the organisation for which the role decides. */
  readonly authorities: number;
  /** Sides on which nobody stands now whom no lock keeps out, the receiver left out. */
  readonly vacant: readonly Side[];
}

interface Pair {
  readonly what: { readonly zh: string; readonly en: string };
  readonly applies: (role: Role, staffing: Staffing) => boolean;
  readonly sides: readonly [Side, Side];
}

/**
 * Who makes a deciding person: always one of each of two sides, whichever proposes, so that no administrator and no organisation can alone.
 * The first row that applies counts.
 */
export const pairs: readonly Pair[] = [
  {
    what: { zh: '三员之一，安全管理员空缺时', en: 'an administrator, while there is no security administrator' },
    applies: (role, { securityAdmins }) => isAdministrator(role) && securityAdmins === 0,
    sides: ['platform-operator', 'audit-admin'],
  },
  {
    what: { zh: '三员之一，审计管理员空缺时', en: 'an administrator, while there is no audit administrator' },
    applies: (role, { auditAdmins }) => isAdministrator(role) && auditAdmins === 0,
    sides: ['platform-operator', 'security-admin'],
  },
  {
    what: { zh: '三员之一', en: 'an administrator' },
    applies: isAdministrator,
    sides: ['security-admin', 'audit-admin'],
  },
  {
    what: { zh: '尚无主管部门人员的机构', en: 'a role for an organisation over which nobody holds authority yet' },
    applies: (_role, { authorities }) => authorities === 0,
    sides: ['security-admin', 'audit-admin'],
  },
  {
    what: { zh: '其他有表决权的角色', en: 'every other deciding role' },
    applies: () => true,
    sides: ['authority', 'security-admin'],
  },
];

export const sidesFor = (role: Role, staffing: Staffing): readonly [Side, Side] =>
  pairs.find((pair) => pair.applies(role, staffing))?.sides ?? ['security-admin', 'audit-admin'];

/** One of the two who act on a proposal, as they stand now. */
export interface Entitled {
  readonly personId: Id;
  readonly organisationIds: readonly Id[];
  readonly grants: readonly Grant[];
  /** What each authority of a region grant covers. */
  readonly regions: Readonly<Record<Id, readonly Id[]>>;
}

/** On which of the two sides someone stands, or on neither. */
export const sideOf = (one: Entitled, sides: readonly Side[], organisationId: Id): Side | undefined =>
  sides.find((side) =>
    one.grants.some(
      ({ role, scope }) =>
        role === side &&
        (side !== 'authority' || (scope.kind === 'region' && (one.regions[scope.authorityId] ?? []).includes(organisationId))),
    ),
  );

/** @throws Refusal `identity.own-grant`, `identity.not-entitled`, `identity.side-vacant`. */
export function assertMayPropose(
  one: Entitled,
  proposal: Pick<RoleProposal, 'personId' | 'role' | 'organisationId'>,
  staffing: Staffing,
): void {
  if (one.personId === proposal.personId) throw refuse('identity.own-grant');
  const sides = sidesFor(proposal.role, staffing);
  if (sideOf(one, sides, proposal.organisationId) === undefined) throw refuse('identity.not-entitled', { sides: [...sides] });
  const vacant = sides.filter((side) => staffing.vacant.includes(side));
  if (vacant.length > 0) throw refuse('identity.side-vacant', { sides: vacant });
}

/**
 * The second person, of the other side, while the first still stands on theirs.
 * @throws Refusal `identity.own-grant`, `identity.second-person-needed`, `identity.not-entitled`, `identity.proposal-expired`,
 * `state.no-such-transition`.
 */
export function decideConfirmation(proposal: RoleProposal, proposer: Entitled, confirmer: Entitled, staffing: Staffing, at: Instant): void {
  moveProposal(proposal, 'confirmed', at);
  assertMayPropose(confirmer, proposal, staffing);
  if (confirmer.personId === proposal.proposedBy) throw refuse('identity.second-person-needed', { because: 'same-person' });
  const sides = sidesFor(proposal.role, staffing);
  const other = sides.filter((side) => side !== sideOf(confirmer, sides, proposal.organisationId));
  if (sideOf(proposer, other, proposal.organisationId) === undefined)
    throw refuse('identity.second-person-needed', { because: 'same-side', sides: [...sides] });
  const shared = proposer.organisationIds.some((id) => confirmer.organisationIds.includes(id));
  // The administrators of an installation come from one organisation when it begins; no other pair does.
  if (shared && sides.includes('authority')) throw refuse('identity.second-person-needed', { because: 'same-organisation' });
}

/** @throws Refusal `identity.proposal-expired` once its time is over, `state.no-such-transition`. */
export function moveProposal<S extends SettledState>(
  proposal: Pick<RoleProposal, 'state' | 'expiresAt'>,
  to: S,
  at: Instant,
): { state: S } {
  assertMove(roleProposalTransitions, proposal.state, to, 'role proposal');
  if (to !== 'expired' && at >= proposal.expiresAt) throw refuse('identity.proposal-expired', { expiresAt: proposal.expiresAt });
  return { state: to };
}
