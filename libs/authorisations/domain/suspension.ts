import { type Day, type Digest, type Id, type Instant, type Moving, dayOf, stepTo } from '#kernel';
import { type Deadline, type Figure, deadlineFrom, isMissed } from './deadline.js';
import type { SuspensionGround } from './jurisdictions/profile.js';
import { type ResolvedProfile, valueIfGiven, valueOf } from './jurisdictions/resolve.js';
import { refuse } from './refusals.js';
import { type SuspensionState, suspensionTransitions } from './suspension.states.js';
import type { WorkingYear } from './working-days.js';

/** An order to correct with access closed meanwhile (SUSP-01). Data stays sealed, logs go on. */
export interface Suspension {
  readonly id: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly state: SuspensionState;
  /** `data-use`: a failed evaluation stops mounts and jobs while the unit may still sign in (SUSP-07). */
  readonly reach: 'domain' | 'data-use';
  readonly ground: SuspensionGround;
  readonly evidence: readonly Evidence[];
  readonly imposedBy: Id;
  readonly imposedAt: Instant;
  readonly decidedOn: Day;
  readonly deadline: Deadline;
  readonly extensions: readonly Extension[];
  /** How an overdue case was closed by the authority. */
  readonly outcome: string | null;
}
export interface Evidence {
  readonly what: string;
  readonly digest: Digest;
}
export interface Extension {
  readonly reason: string;
  readonly by: Id;
  readonly at: Instant;
  readonly deadline: Deadline;
}

export interface ImposeSuspension {
  readonly id: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly ground: string;
  readonly evidence: readonly Evidence[];
  readonly by: Id;
  readonly decidedOn: Day;
  /** The period agreed or prescribed; must be given where the profile has no figure, may only shorten where it has one. */
  readonly period: Figure | null;
}

/**
 * @throws Refusal `suspension.ground-unknown`, `suspension.evidence-missing`, `suspension.period-missing`, `suspension.period-too-long`,
 * `deadline.in-the-future` (SUSP-02, SUSP-06).
 */
export function decideSuspension(
  command: ImposeSuspension,
  profile: ResolvedProfile,
  years: readonly WorkingYear[],
  now: Instant,
): Suspension {
  const ground = valueOf(profile, 'suspensionGrounds').find((known) => known === command.ground);
  if (!ground) throw refuse('suspension.ground-unknown', { ground: command.ground, grounds: [...valueOf(profile, 'suspensionGrounds')] });
  if (command.evidence.length === 0) throw refuse('suspension.evidence-missing');
  if (command.decidedOn > dayOf(now)) throw refuse('deadline.in-the-future', { happenedOn: command.decidedOn, today: dayOf(now) });
  return {
    id: command.id,
    authorisationId: command.authorisationId,
    unitId: command.unitId,
    state: 'imposed',
    reach: ground === 'evaluation-not-met' ? 'data-use' : 'domain',
    ground,
    evidence: command.evidence,
    imposedBy: command.by,
    imposedAt: now,
    decidedOn: command.decidedOn,
    deadline: rectificationDeadline(now, command.period, profile, years),
    extensions: [],
    outcome: null,
  };
}

/** The period runs from the notice; the profile's figure where it has one, less if agreed, otherwise what the authority entered (SUSP-02). */
function rectificationDeadline(notice: Instant, period: Figure | null, profile: ResolvedProfile, years: readonly WorkingYear[]): Deadline {
  const figure = valueIfGiven(profile, 'rectification');
  if (!figure && !period)
    throw refuse('suspension.period-missing', { profile: profile.id, sources: [...profile.rules.rectification.sources] });
  if (period && period.source.trim() === '') throw refuse('suspension.period-source-missing');
  const wanted = deadlineFrom(notice, (period ?? figure) as Figure, years);
  const longest = figure && deadlineFrom(notice, figure, years);
  if (longest && wanted.due > longest.due) throw refuse('suspension.period-too-long', { due: wanted.due, longest: longest.due });
  return wanted;
}

export type SuspensionMove = Moving<Suspension, typeof suspensionTransitions>;
export const moveSuspension = <To extends SuspensionMove['state']>(suspension: Suspension, to: To): { readonly state: To } =>
  stepTo<SuspensionState, To>(suspensionTransitions, suspension.state, to, 'suspension');

/** Its deadline runs. */
export const canBeOverdue = ({ state }: Pick<Suspension, 'state'>): boolean => state === 'imposed' || state === 'rectifying';

/** Passing the deadline makes the case overdue by itself. @returns `undefined` when there is nothing to do. */
export function decideOverdue(suspension: Suspension, now: Instant): { readonly state: 'overdue' } | undefined {
  return canBeOverdue(suspension) && isMissed(suspension.deadline, now) ? moveSuspension(suspension, 'overdue') : undefined;
}

/** Only the authority gives more time, with its reason; the unit cannot reopen an overdue case (SUSP-04). */
export function decideExtension(
  suspension: Suspension,
  extension: { reason: string; by: Id; figure: Figure },
  years: readonly WorkingYear[],
  now: Instant,
): SuspensionMove {
  const moved = moveSuspension(suspension, 'rectifying');
  if (suspension.state !== 'overdue') throw refuse('suspension.not-overdue', { state: suspension.state });
  if (extension.reason.trim() === '' || extension.figure.source.trim() === '') throw refuse('suspension.reason-missing');
  const deadline = deadlineFrom(now, extension.figure, years);
  return { ...moved, deadline, extensions: [...suspension.extensions, { reason: extension.reason, by: extension.by, at: now, deadline }] };
}

/** The authority ends the matter by termination, of the agreement or of one scenario (SUSP-04, SUSP-05). */
export const decideSuspensionEnd = (suspension: Suspension, outcome: string): SuspensionMove => ({
  ...moveSuspension(suspension, 'ended'),
  outcome,
});
