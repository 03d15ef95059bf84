import { type Day, type Digest, type Id, type Instant, stepTo } from '#kernel';
import { isPast } from './calendar-day.js';
import { type EmergencyPlanState, emergencyPlanTransitions } from './emergency-plan.states.js';
import type { PlanDepartment } from './jurisdictions/profile.js';
import { type ResolvedProfile, valueOf } from './jurisdictions/resolve.js';
import { refuse } from './refusals.js';

/** One authorisation, one plan; a new version supersedes the one before (EMG-01). */
export interface EmergencyPlan {
  readonly id: Id;
  readonly authorisationId: Id;
  readonly revision: number;
  readonly state: EmergencyPlanState;
  readonly digest: Digest;
  /** The bodies that drew it up together with who filed it. */
  readonly drawnUpWith: readonly DrawnUpWith[];
  readonly submittedBy: Id;
  readonly approvedBy: Id | null;
  readonly expiresOn: Day | null;
}

export interface DrawnUpWith {
  readonly department: PlanDepartment;
  /** The body's name, such as 浙江省公安厅. */
  readonly body: string;
}

/** @throws Refusal `emergency-plan.departments-missing` naming the departments of the profile that had no part in it (浙江 六(四), 青田 五(二)5). */
export function checkPlanFiling(drawnUpWith: readonly DrawnUpWith[], profile: ResolvedProfile): void {
  const missing = valueOf(profile, 'emergencyPlanDepartments').filter((key) => !drawnUpWith.some(({ department }) => department === key));
  if (missing.length > 0) throw refuse('emergency-plan.departments-missing', { departments: missing });
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
