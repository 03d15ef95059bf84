import type { Transitions } from '#kernel';

export const scenarioStates = ['draft', 'submitted', 'approved', 'rejected', 'ended'] as const;
export type ScenarioState = (typeof scenarioStates)[number];

export const scenarioTransitions = {
  draft: ['submitted'],
  submitted: ['approved', 'rejected'],
  approved: ['ended'],
  rejected: [],
  ended: [],
} as const satisfies Transitions<ScenarioState>;
