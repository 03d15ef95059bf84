import { type Day, type Digest, type Id, type Instant, type Moving, type Staying, digestOf, isRange, stepTo } from '#kernel';
import { type Approval, covers } from './approval.js';
import type { Authorisation } from './authorisation.js';
import { isInForce } from './authorisation.js';
import { type ResolvedProfile, valueOf } from './jurisdictions/resolve.js';
import { refuse } from './refusals.js';
import { type ScenarioState, scenarioTransitions } from './scenario.states.js';

/** What the data is for: one scenario, one authorisation, one list, one review (AUTH-18). Its id stands on everything below it. */
export interface Scenario {
  readonly id: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly state: ScenarioState;
  readonly plan: ScenarioPlan;
  readonly wholeAuthorisation: WholeAuthorisationPapers;
  readonly applicantId: Id;
  /** Anyone inside stopped it; only the authority resumes (EMG-06). */
  readonly stop: ScenarioStop | null;
  readonly approvedAt: Instant | null;
  readonly endedAt: Instant | null;
}

export interface ScenarioPlan {
  readonly title: string;
  readonly value: string;
  readonly targets: string;
  readonly scopeOfUse: string;
  readonly partners: string;
  /** Measures against harm to national security, public, personal and business interests. */
  readonly harmPrevention: string;
  readonly from: Day;
  readonly until: Day;
  /** A privacy-computing route that the scenario prescribes: when it is not healthy the run is refused, never done in clear (PRIV-01). */
  readonly prescribedRoute: string | null;
  /** For a long-term scenario without quick result: the reviewer's reason to accept it. */
  readonly longTermReason: string | null;
}

/** In whole-authorisation mode these come before the review (AUTH-20). */
export interface WholeAuthorisationPapers {
  readonly filingNumber: string | null;
  readonly feasibilityReview: Digest | null;
  readonly industryOpinion: Digest | null;
}

export interface ScenarioStop {
  readonly by: Id;
  readonly at: Instant;
  readonly reason: string;
}

/** A scenario is judged once, as it stands: a changed one is another scenario (AUTH-18). */
export const scenarioRevision = 1;

const texts = ['title', 'value', 'targets', 'scopeOfUse', 'partners', 'harmPrevention'] as const satisfies readonly (keyof ScenarioPlan)[];

export const scenarioDigest = (scenario: Pick<Scenario, 'authorisationId' | 'plan' | 'wholeAuthorisation'>): Digest =>
  digestOf({ authorisationId: scenario.authorisationId, plan: scenario.plan, wholeAuthorisation: scenario.wholeAuthorisation });

export type ScenarioMove = Moving<Scenario, typeof scenarioTransitions>;
const move = <To extends ScenarioMove['state']>(scenario: Scenario, to: To): { readonly state: To } =>
  stepTo<ScenarioState, To>(scenarioTransitions, scenario.state, to, 'scenario');

/**
 * @throws Refusal `scenario.authorisation-not-in-force`, `scenario.fields-empty`, `scenario.outside-term`, `scenario.papers-missing` (AUTH-19, AUTH-20).
 */
export function decideScenarioSubmission(scenario: Scenario, authorisation: Authorisation, profile: ResolvedProfile): ScenarioMove {
  const moved = move(scenario, 'submitted');
  assertAuthorised(authorisation);
  const empty = texts.filter((key) => scenario.plan[key].trim() === '');
  if (empty.length > 0) throw refuse('scenario.fields-empty', { fields: empty });
  const { from, until } = scenario.plan;
  const { term } = authorisation;
  if (!isRange(scenario.plan) || from < term.from || until > term.until)
    throw refuse('scenario.outside-term', { from, until, term: { ...term } });
  if (valueOf(profile, 'wholeAuthorisation')) {
    const papers = scenario.wholeAuthorisation;
    const missing = (['filingNumber', 'feasibilityReview', 'industryOpinion'] as const).filter((key) => !papers[key]);
    if (missing.length > 0) throw refuse('scenario.papers-missing', { missing });
  }
  return moved;
}

/** @throws Refusal `scenario.not-approved-by-all` until the one review covers exactly this scenario (AUTH-18). */
export function decideScenarioApproval(
  scenario: Scenario,
  authorisation: Authorisation,
  approval: Approval | undefined,
  now: Instant,
): ScenarioMove {
  const moved = move(scenario, 'approved');
  assertAuthorised(authorisation);
  if (!covers(approval, scenarioRevision, scenarioDigest(scenario)))
    throw refuse('scenario.not-approved-by-all', { scenarioId: scenario.id });
  return { ...moved, approvedAt: now };
}

export const decideScenarioRejection = (scenario: Scenario): ScenarioMove => move(scenario, 'rejected');
/** A scenario can end alone; only its own rights end with it (AUTH-18, SUSP-05). */
export const decideScenarioEnd = (scenario: Scenario, now: Instant): ScenarioMove => ({ ...move(scenario, 'ended'), endedAt: now });

/** Idempotent: who stops second changes nothing. @throws Refusal `scenario.reason-missing` (EMG-06). */
export function decideStop(scenario: Scenario, stop: ScenarioStop): Staying<Scenario> {
  if (stop.reason.trim() === '') throw refuse('scenario.reason-missing');
  return scenario.stop ? {} : { stop };
}

/** The route lets only the authority come here. @throws Refusal `scenario.not-stopped`, `scenario.reason-missing`. */
export function decideResumption(scenario: Scenario, reason: string): Staying<Scenario> {
  if (!scenario.stop) throw refuse('scenario.not-stopped', { scenarioId: scenario.id });
  if (reason.trim() === '') throw refuse('scenario.reason-missing');
  return { stop: null };
}

/**
 * A suspended unit files its rectification and nothing else: no new matter is opened under the authorisation (SUSP-01).
 * @throws Refusal `authorisation.suspended` (423).
 */
export function assertNotSuspended(authorisation: Pick<Authorisation, 'id' | 'state'>): void {
  if (authorisation.state === 'suspended' || authorisation.state === 'rectifying')
    throw refuse('authorisation.suspended', { authorisationId: authorisation.id });
}

/** @throws Refusal `scenario.stopped` (423), `scenario.not-approved`, `scenario.authorisation-not-in-force`: what every use of data asks first. */
export function assertUsable(scenario: Pick<Scenario, 'id' | 'state' | 'stop'>, authorisation: Pick<Authorisation, 'id' | 'state'>): void {
  assertNotSuspended(authorisation);
  assertAuthorised(authorisation);
  if (scenario.state !== 'approved') throw refuse('scenario.not-approved', { scenarioId: scenario.id, state: scenario.state });
  if (scenario.stop) throw refuse('scenario.stopped', { scenarioId: scenario.id, since: scenario.stop.at });
}

/** Only clear text is worked on here: a scenario for which another route was prescribed waits for it. @throws Refusal `scenario.route-prescribed` (PRIV-01). */
export function assertInClear(scenario: Pick<Scenario, 'id' | 'plan'>): void {
  const { prescribedRoute } = scenario.plan;
  if (prescribedRoute !== null) throw refuse('scenario.route-prescribed', { scenarioId: scenario.id, route: prescribedRoute });
}

/** @throws Refusal `scenario.other-scenario` (403): nothing is reused across scenarios (AUTH-18). */
export function assertSameScenario(granted: Id, asked: Id): void {
  if (granted !== asked) throw refuse('scenario.other-scenario', { granted, asked });
}

function assertAuthorised(authorisation: Pick<Authorisation, 'id' | 'state'>): void {
  if (!isInForce(authorisation))
    throw refuse('scenario.authorisation-not-in-force', { authorisationId: authorisation.id, state: authorisation.state });
}
