import type { Transitions } from '#kernel';

export const suspensionStates = ['imposed', 'rectifying', 'overdue', 'lifted', 'ended'] as const;
export type SuspensionState = (typeof suspensionStates)[number];

/** `overdue` is left by the authority alone, to `ended` (termination) or by a reasoned extension (SUSP-04). */
export const suspensionTransitions = {
  imposed: ['rectifying', 'overdue', 'ended'],
  rectifying: ['lifted', 'overdue', 'ended'],
  overdue: ['rectifying', 'ended'],
  lifted: [],
  ended: [],
} as const satisfies Transitions<SuspensionState>;
