import type { Transitions } from '#kernel';

export const partnerStates = ['draft', 'reviewing', 'approved', 'rejected', 'ended'] as const;
export type PartnerState = (typeof partnerStates)[number];

export const partnerTransitions = {
  draft: ['reviewing'],
  reviewing: ['approved', 'rejected'],
  approved: ['ended'],
  rejected: [],
  ended: [],
} as const satisfies Transitions<PartnerState>;
