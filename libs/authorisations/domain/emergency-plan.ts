import { type Day, type Digest, type Id, type Instant, stepTo } from '#kernel';
import { isPast } from './calendar-day.js';
import { type EmergencyPlanState, emergencyPlanTransitions } from './emergency-plan.states.js';
import { refuse } from './refusals.js';

/** One authorisation, one plan; a new version supersedes the one before (EMG-01). */
export interface EmergencyPlan {
  readonly id: Id;
  readonly authorisationId: Id;
  readonly revision: number;
  readonly state: EmergencyPlanState;
  readonly digest: Digest;
  readonly submittedBy: Id;
  readonly approvedBy: Id | null;
  readonly expiresOn: Day | null;
}

/** @throws Refusal `authorisation.no-emergency-plan` with what stands instead (EMG-01). */
export function checkEmergencyPlan(plan: EmergencyPlan | undefined, now: Instant): void {
  const standing = planStanding(plan, now);
  if (standing !== 'valid') throw refuse('authorisation.no-emergency-plan', { standing });
}

export function planStanding(plan: EmergencyPlan | undefined, now: Instant): 'valid' | 'missing' | 'not-approved' | 'expired' {
  if (!plan || plan.state === 'withdrawn' || plan.state === 'superseded') return 'missing';
  if (plan.state !== 'approved') return 'not-approved';
  return plan.expiresOn && isPast(plan.expiresOn, now) ? 'expired' : 'valid';
}

/** @throws Refusal `emergency-plan.self-approval` when the person who filed it approves it (ACC-05). */
export function decidePlanApproval(plan: EmergencyPlan, personId: Id): { readonly state: 'approved'; readonly approvedBy: Id } {
  const approved = stepTo<EmergencyPlanState, 'approved'>(emergencyPlanTransitions, plan.state, 'approved', 'emergency-plan');
  if (plan.submittedBy === personId) throw refuse('emergency-plan.self-approval', { planId: plan.id });
  return { ...approved, approvedBy: personId };
}
