import type { Transitions } from '#kernel';

export const approvalStates = ['open', 'approved', 'rejected', 'voided'] as const;
export type ApprovalState = (typeof approvalStates)[number];

/** An approval is voided, also after it was given, when the thing it was given to changed (REQ-03, EXP-06). */
export const approvalTransitions = {
  open: ['approved', 'rejected', 'voided'],
  approved: ['voided'],
  rejected: [],
  voided: [],
} as const satisfies Transitions<ApprovalState>;
