import type { Transitions } from '#kernel';

export const stageBodyStates = ['proposed', 'registered', 'withdrawn', 'ended'] as const;
export type StageBodyState = (typeof stageBodyStates)[number];

/** One administrator enters a body or proposes its end, the one of the other side confirms (AUTH-09). */
export const stageBodyTransitions = {
  proposed: ['registered', 'withdrawn'],
  registered: ['ended'],
  withdrawn: [],
  ended: [],
} as const satisfies Transitions<StageBodyState>;
