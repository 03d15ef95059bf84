import type { Transitions } from '#kernel';

export const authorisationStates = [
  'draft',
  'submitted',
  'reviewing',
  'publicised',
  'returned',
  'signed',
  'in-force',
  'suspended',
  'rectifying',
  'expired',
  'terminating',
  'terminated',
  'withdrawn',
] as const;
export type AuthorisationState = (typeof authorisationStates)[number];

export const authorisationTransitions = {
  draft: ['submitted', 'withdrawn'],
  submitted: ['reviewing', 'returned', 'withdrawn'],
  reviewing: ['publicised', 'returned', 'withdrawn'],
  publicised: ['signed', 'returned', 'withdrawn'],
  returned: ['submitted'],
  signed: ['in-force', 'withdrawn'],
  'in-force': ['suspended', 'terminating', 'expired'],
  suspended: ['rectifying', 'terminating', 'expired'],
  rectifying: ['in-force', 'terminating'],
  expired: ['terminating'],
  terminating: ['terminated'],
  terminated: [],
  withdrawn: [],
} as const satisfies Transitions<AuthorisationState>;
