import type { Transitions } from '#kernel';

export const rectificationStates = ['ordered', 'planned', 'reported', 'passed', 'failed'] as const;
export type RectificationState = (typeof rectificationStates)[number];

export const rectificationTransitions = {
  ordered: ['planned'],
  planned: ['reported'],
  reported: ['passed', 'failed'],
  failed: ['reported'],
  passed: [],
} as const satisfies Transitions<RectificationState>;
