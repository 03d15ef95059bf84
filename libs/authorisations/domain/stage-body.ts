import { type Id, type Instant, assertMove, stepTo } from '#kernel';
import { assertDistinct, slotsInOrder } from './approval.js';
import { type ResolvedProfile, valueOf } from './jurisdictions/resolve.js';
import { type Bodies, type PartyRole, type RegisteredBody, kindsOfParty } from './parties.js';
import { refuse } from './refusals.js';
import { type StageBodyState, stageBodyTransitions } from './stage-body.states.js';
import { areTwoSides, type Registrar } from './two-sides.js';

/** Which organisation is a body of a region: the profile names the kind, two administrators together the organisation (AUTH-09). */
export interface StageBody {
  readonly id: Id;
  readonly state: StageBodyState;
  /** The authority whose region it is; authorities below it have the same body unless they have one of their own. */
  readonly authorityId: Id;
  readonly party: PartyRole;
  readonly organisationId: Id;
  /** The decision or list that makes it that body. */
  readonly source: string;
  readonly proposedBy: Id;
  readonly confirmedBy: Id | null;
  readonly from: Instant | null;
  readonly until: Instant | null;
  /** Who proposed that it ends; until the other side confirms, it stands. */
  readonly endProposedBy: Id | null;
  readonly endedBy: Id | null;
  readonly reason: string | null;
}

/** @throws Refusal `approval.party-of-other-kind`, `approval.same-body` where it would hold two stages of the region's text. */
export function checkBody(
  body: Pick<StageBody, 'authorityId' | 'party' | 'organisationId'>,
  kind: string,
  profile: ResolvedProfile,
  others: Bodies,
): void {
  const { party, organisationId, authorityId } = body;
  if (!kindsOfParty[party].includes(kind)) throw refuse('approval.party-of-other-kind', { party, kind });
  const acting = { ...others, authority: authorityId, [party]: organisationId };
  const known = valueOf(profile, 'stages').filter((stage) => acting[stage.party] !== undefined);
  assertDistinct(slotsInOrder(known, acting));
}

/** @throws Refusal `stage-body.second-side-needed` unless the two stand on the two sides now. */
function assertTwoSides(proposer: Registrar, confirmer: Registrar): void {
  if (!areTwoSides(proposer, confirmer)) throw refuse('stage-body.second-side-needed');
}

/** @throws Refusal `stage-body.second-side-needed`. */
export function decideBodyConfirmation(
  body: StageBody,
  proposer: Registrar,
  confirmer: Registrar,
  now: Instant,
): { readonly state: 'registered'; readonly confirmedBy: Id; readonly from: Instant } {
  const moved = stepTo<StageBodyState, 'registered'>(stageBodyTransitions, body.state, 'registered', 'stage-body');
  assertTwoSides(proposer, confirmer);
  return { ...moved, confirmedBy: confirmer.personId, from: now };
}

type BodyEnd<S> = { readonly state: S; readonly until: Instant; readonly endedBy: Id };

/** Takes back what nobody confirmed; of what two registered it only proposes the end, in place of what was proposed before. */
export function decideBodyEnd(
  body: StageBody,
  by: Id,
  reason: string,
  now: Instant,
): { readonly reason: string } & (BodyEnd<'withdrawn'> | { readonly endProposedBy: Id }) {
  if (body.state === 'proposed') return { state: 'withdrawn', until: now, endedBy: by, reason };
  assertMove<StageBodyState>(stageBodyTransitions, body.state, 'ended', 'stage-body');
  return { endProposedBy: by, reason };
}

/**
 * Ends a registration; what was filed under it waits for the body registered then.
 * @param proposer who proposed the end, as they stand now. @throws Refusal `stage-body.second-side-needed`.
 */
export function decideBodyEndConfirmation(body: StageBody, proposer: Registrar, confirmer: Registrar, now: Instant): BodyEnd<'ended'> {
  const moved = stepTo<StageBodyState, 'ended'>(stageBodyTransitions, body.state, 'ended', 'stage-body');
  assertTwoSides(proposer, confirmer);
  return { ...moved, until: now, endedBy: confirmer.personId };
}

/**
 * The bodies of a region: each party's nearest, from the authority itself upward.
 * @param lineage the authority first, then those above it.
 */
export function nearestBodies(registered: readonly StageBody[], lineage: readonly Id[]): Bodies {
  const found: Partial<Record<PartyRole, RegisteredBody>> = {};
  for (const authorityId of lineage)
    for (const { id, party, organisationId, ...body } of registered)
      if (body.authorityId === authorityId) found[party] ??= { organisationId, bodyId: id };
  return found;
}

/** Those of the bodies that are needed. @throws Refusal `stage-body.missing` naming every party that nobody is registered as. */
export function requiredBodies(parties: readonly PartyRole[], bodies: Bodies, authorityId: Id): Bodies {
  const missing = parties.filter((party) => bodies[party] === undefined);
  if (missing.length > 0) throw refuse('stage-body.missing', { parties: missing, authorityId });
  return Object.fromEntries(parties.map((party) => [party, bodies[party]]));
}
