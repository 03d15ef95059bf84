import { type Day, type Digest, type Instant, type Moving, type Staying, dayOf, digestOf, stepTo } from '#kernel';
import { checkApplicationFiles } from './application-file.js';
import { type Approval, assertDistinct, covers, slotsInOrder } from './approval.js';
import type { Authorisation, Objection, Publicity, Returned } from './authorisation.js';
import { type AuthorisationState, authorisationTransitions } from './authorisation.states.js';
import { isPast } from './calendar-day.js';
import { type ResolvedProfile, assertNotSuperseded, valueOf } from './jurisdictions/resolve.js';
import type { Bodies, PartyRole } from './parties.js';
import { refuse } from './refusals.js';
import { checkGrantMode } from './rights.js';
import { requiredBodies } from './stage-body.js';
import { type RenewalFacts, checkRenewal, checkTerm } from './term.js';

type Change = Staying<Authorisation>;
export type Move = Moving<Authorisation, typeof authorisationTransitions>;

export const moveAuthorisation = <To extends Move['state']>(authorisation: Authorisation, to: To): { readonly state: To } =>
  stepTo<AuthorisationState, To>(authorisationTransitions, authorisation.state, to, 'authorisation');

/** What the parties judge: everything the unit applied for in this revision. */
export const applicationDigest = (authorisation: Authorisation): Digest =>
  digestOf({
    unitId: authorisation.unitId,
    field: authorisation.field,
    rights: authorisation.rights,
    grantMode: authorisation.grantMode,
    term: authorisation.term,
    termException: authorisation.termException,
    files: authorisation.files,
    renewsId: authorisation.renewsId,
    revision: authorisation.revision,
    bodies: digestible(authorisation.bodies),
  });

const digestible = (bodies: Bodies): Record<string, string> =>
  Object.fromEntries(Object.entries(bodies).map(([party, { organisationId, bodyId }]) => [party, `${organisationId} ${bodyId}`]));

/**
 * The unit files its application, or files it again after it was returned.
 * @throws Refusal `profile.superseded`, `profile.is-draft`, `authorisation.field-missing`, `authorisation.right-missing`, `authorisation.lapsed`, and those of
 * the files, the grant mode, the term, the renewal window and the register: `stage-body.missing`, `approval.same-body`.
 */
export function decideSubmission(
  authorisation: Authorisation,
  profile: ResolvedProfile,
  registered: Bodies,
  renewal: RenewalFacts | null,
  now: Instant,
): Move {
  const moved = moveAuthorisation(authorisation, 'submitted');
  assertNotSuperseded(profile);
  if (profile.status === 'draft') throw refuse('profile.is-draft', { profile: profile.id });
  if (authorisation.returned && isPast(authorisation.returned.due, now))
    throw refuse('authorisation.lapsed', { due: authorisation.returned.due });
  if (authorisation.field.trim() === '') throw refuse('authorisation.field-missing');
  if (authorisation.rights.length === 0) throw refuse('authorisation.right-missing', { needed: 'processing-use', held: [] });
  checkGrantMode(authorisation.grantMode);
  checkTerm(authorisation.term, profile, authorisation.termException);
  checkApplicationFiles(authorisation.files, now);
  if (renewal) checkRenewal(renewal, now);
  const { authorityId } = authorisation;
  const bodies = requiredBodies(stageBodies(profile), registered, authorityId);
  assertDistinct(slotsInOrder(valueOf(profile, 'stages'), { ...bodies, authority: authorityId }));
  return { ...moved, revision: authorisation.revision + 1, returned: null, publicity: null, bodies };
}

/** The kinds of body of a profile's stages, but for the authority itself. */
const stageBodies = (profile: ResolvedProfile): readonly PartyRole[] =>
  valueOf(profile, 'stages').flatMap(({ party }) => (party === 'authority' ? [] : [party]));

/** The authority or a rejecting vote sends the case back, with reasons and a day. @throws Refusal `authorisation.reasons-missing`. */
export function decideReturn(authorisation: Authorisation, returned: Returned, now: Instant): Move {
  if (returned.reasons.trim() === '') throw refuse('authorisation.reasons-missing');
  if (returned.due < dayOf(now)) throw refuse('deadline.in-the-past', { due: returned.due });
  return { ...moveAuthorisation(authorisation, 'returned'), returned };
}

/**
 * Publishes the outcome once every stage of the profile was passed in order (AUTH-09, AUTH-10).
 * @throws Refusal `authorisation.stages-open` naming what is missing, `authorisation.publicity-period-missing`.
 */
export function decidePublication(
  authorisation: Authorisation,
  profile: ResolvedProfile,
  approval: Approval | undefined,
  publicity: Pick<Publicity, 'link' | 'from' | 'until'>,
): Move {
  const moved = moveAuthorisation(authorisation, 'publicised');
  assertStagesPassed(authorisation, profile, approval);
  if (valueOf(profile, 'publicityPeriod') && !publicity.until) throw refuse('authorisation.publicity-period-missing');
  return { ...moved, publicity: { ...publicity, objections: [] } };
}

/** @throws Refusal `authorisation.stages-open`: each stage of the profile must have said yes to exactly this revision (AUTH-09). */
export function assertStagesPassed(authorisation: Authorisation, profile: ResolvedProfile, approval: Approval | undefined): void {
  const stages = valueOf(profile, 'stages').map((stage) => stage.key);
  const passed = covers(approval, authorisation.revision, applicationDigest(authorisation))
    ? stages.filter((key) => approval?.votes.some((vote) => vote.slot === key && vote.verdict === 'yes'))
    : [];
  const open = stages.filter((key) => !passed.includes(key));
  if (open.length > 0) throw refuse('authorisation.stages-open', { open });
}

/** @throws Refusal `authorisation.not-publicised`, `authorisation.objection-known`. */
export function decideObjection(authorisation: Authorisation, objection: Objection): Change {
  const publicity = publicityOf(authorisation);
  if (publicity.objections.some((each) => each.number === objection.number))
    throw refuse('authorisation.objection-known', { number: objection.number });
  return { publicity: { ...publicity, objections: [...publicity.objections, objection] } };
}

/** @throws Refusal `authorisation.not-publicised`, `authorisation.objection-unknown`. */
export function decideObjectionAnswer(authorisation: Authorisation, number: string, answeredOn: Day): Change {
  const publicity = publicityOf(authorisation);
  if (!publicity.objections.some((each) => each.number === number)) throw refuse('authorisation.objection-unknown', { number });
  const objections = publicity.objections.map((each) => (each.number === number ? { ...each, answeredOn } : each));
  return { publicity: { ...publicity, objections } };
}

function publicityOf(authorisation: Authorisation): Publicity {
  if (authorisation.state !== 'publicised' || !authorisation.publicity)
    throw refuse('authorisation.not-publicised', { state: authorisation.state });
  return authorisation.publicity;
}

/** @throws Refusal `authorisation.publicity-running` until its last day ended, `authorisation.objections-open` with their numbers (AUTH-10). */
export function checkPublicity(publicity: Publicity | null, now: Instant): void {
  if (!publicity) throw refuse('authorisation.not-publicised', { state: 'publicised' });
  if (publicity.until && !isPast(publicity.until, now)) throw refuse('authorisation.publicity-running', { until: publicity.until });
  const open = publicity.objections.filter((each) => each.answeredOn === null).map((each) => each.number);
  if (open.length > 0) throw refuse('authorisation.objections-open', { numbers: open });
}
