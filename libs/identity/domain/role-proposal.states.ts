import type { Transitions } from '#kernel';

export type RoleProposalState = 'proposed' | 'confirmed' | 'refused' | 'withdrawn' | 'expired';

export type SettledState = Exclude<RoleProposalState, 'proposed'>;

export const roleProposalTransitions = {
  proposed: ['confirmed', 'refused', 'withdrawn', 'expired'],
  confirmed: [],
  refused: [],
  withdrawn: [],
  expired: [],
} as const satisfies Transitions<RoleProposalState>;
