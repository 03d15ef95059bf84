import type { Transitions } from '#kernel';

/** The state of one item of a data request; the request itself has none. */
export const dataRequestItemStates = ['draft', 'submitted', 'approving', 'in-force', 'withdrawn', 'ended', 'rejected', 'returned'] as const;
export type DataRequestItemState = (typeof dataRequestItemStates)[number];

/** A returned item is final: its correction is a new item in the list's next version, so that what was judged stays readable (REQ-03). */
export const dataRequestItemTransitions = {
  draft: ['submitted'],
  submitted: ['approving'],
  approving: ['in-force', 'rejected', 'returned'],
  'in-force': ['withdrawn', 'ended'],
  withdrawn: [],
  ended: [],
  rejected: [],
  returned: [],
} as const satisfies Transitions<DataRequestItemState>;
