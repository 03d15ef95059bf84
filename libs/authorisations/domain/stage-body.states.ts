import type { Transitions } from '#kernel';

export const stageBodyStates = ['proposed', 'registered', 'withdrawn', 'ended'] as const;
export type StageBodyState = (typeof stageBodyStates)[number];

/** One administrator enters a body, the other confirms it; either ends it (AUTH-09). */
export const stageBodyTransitions = {
  proposed: ['registered', 'withdrawn'],
  registered: ['ended'],
  withdrawn: [],
  ended: [],
} as const satisfies Transitions<StageBodyState>;
