import type { Transitions } from '#kernel';

export const emergencyPlanStates = ['draft', 'approved', 'withdrawn', 'superseded'] as const;
export type EmergencyPlanState = (typeof emergencyPlanStates)[number];

export const emergencyPlanTransitions = {
  draft: ['approved', 'withdrawn'],
  approved: ['withdrawn', 'superseded'],
  withdrawn: [],
  superseded: [],
} as const satisfies Transitions<EmergencyPlanState>;
