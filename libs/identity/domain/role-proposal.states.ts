import type { Transitions } from '#kernel';

export type RoleProposalState = 'proposed' | 'confirmed' | 'refused' | 'withdrawn' | 'expired';

export const roleProposalTransitions: Transitions<RoleProposalState> = {
  proposed: ['confirmed', 'refused', 'withdrawn', 'expired'],
  confirmed: [],
  refused: [],
  withdrawn: [],
  expired: [],
};
