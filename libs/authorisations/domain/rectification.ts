import { type Digest, type Id, type Instant, type Moving, stepTo } from '#kernel';
import { type RectificationState, rectificationTransitions } from './rectification.states.js';
import { refuse } from './refusals.js';
import { type Suspension, moveSuspension } from './suspension.js';

/** The unit's way back: plan, report, the authority's assessment (SUSP-02, SUSP-03). */
export interface Rectification {
  readonly id: Id;
  readonly suspensionId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly state: RectificationState;
  readonly plan: FiledPaper | null;
  readonly steps: readonly string[];
  readonly report: FiledPaper | null;
  readonly assessment: Assessment | null;
}
export interface FiledPaper {
  readonly digest: Digest;
  readonly by: Id;
  readonly at: Instant;
}
export interface Assessment {
  readonly verdict: 'passed' | 'failed';
  readonly reasons: string;
  readonly by: Id;
  readonly at: Instant;
}

type Move = Moving<Rectification, typeof rectificationTransitions>;
const move = <To extends Move['state']>(rectification: Rectification, to: To): { readonly state: To } =>
  stepTo<RectificationState, To>(rectificationTransitions, rectification.state, to, 'rectification');

/** A suspended unit may do exactly this. @throws Refusal `rectification.overdue`, `rectification.no-steps`. */
export function decideRectificationPlan(
  rectification: Rectification,
  suspension: Suspension,
  plan: FiledPaper,
  steps: readonly string[],
): { rectification: Move; suspension: { readonly state: 'rectifying' } | Record<string, never> } {
  const moved = move(rectification, 'planned');
  assertRunning(suspension);
  if (steps.length === 0 || steps.some((step) => step.trim() === '')) throw refuse('rectification.no-steps');
  return {
    rectification: { ...moved, plan, steps },
    suspension: suspension.state === 'imposed' ? moveSuspension(suspension, 'rectifying') : {},
  };
}

/** @throws Refusal `rectification.overdue`. */
export function decideRectificationReport(rectification: Rectification, suspension: Suspension, report: FiledPaper): Move {
  const moved = move(rectification, 'reported');
  assertRunning(suspension);
  return { ...moved, report, assessment: null };
}

/** An overdue case cannot be reopened by the unit (SUSP-04). */
function assertRunning(suspension: Suspension): void {
  if (suspension.state === 'overdue') throw refuse('rectification.overdue', { due: suspension.deadline.due });
  if (suspension.state !== 'imposed' && suspension.state !== 'rectifying')
    throw refuse('rectification.no-open-suspension', { state: suspension.state });
}

/** @throws Refusal `rectification.self-assessment` for who filed plan or report (ACC-05), `rectification.reasons-missing`. */
export function decideAssessment(rectification: Rectification, assessment: Assessment): Move {
  const moved = move(rectification, assessment.verdict);
  if ([rectification.plan?.by, rectification.report?.by].includes(assessment.by)) throw refuse('rectification.self-assessment');
  if (assessment.reasons.trim() === '') throw refuse('rectification.reasons-missing');
  return { ...moved, assessment };
}

/** Lifts a suspension. @throws Refusal `suspension.not-assessed` unless report and a passed assessment are there (SUSP-03). */
export function decideLift(suspension: Suspension, rectification: Rectification | undefined): { readonly state: 'lifted' } {
  const passed = rectification?.state === 'passed' && rectification.report && rectification.assessment?.verdict === 'passed';
  if (!passed) throw refuse('suspension.not-assessed', { suspensionId: suspension.id, rectification: rectification?.state ?? null });
  return moveSuspension(suspension, 'lifted');
}
