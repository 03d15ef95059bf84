import type { Transitions } from '#kernel';

export const copyStates = ['received', 'importing', 'ready', 'failed', 'destroyed'] as const;
export type CopyState = (typeof copyStates)[number];

/** A delivered copy. What failed is delivered anew as another copy: its bad rows and its reason stay to be read. */
export const copyTransitions = {
  received: ['importing', 'failed', 'destroyed'],
  importing: ['ready', 'failed', 'destroyed'],
  ready: ['destroyed'],
  failed: ['destroyed'],
  destroyed: [],
} as const satisfies Transitions<CopyState>;

export const datasetStates = ['active', 'frozen'] as const;
export type DatasetState = (typeof datasetStates)[number];

/** `frozen`: found to be secret or closed by law after all; nothing of it is delivered, read or run until the authority says otherwise (CLS-03). */
export const datasetTransitions = {
  active: ['frozen'],
  frozen: ['active'],
} as const satisfies Transitions<DatasetState>;
