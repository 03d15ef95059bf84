import type { Transitions } from '#kernel';

/** Life of a run that works unattended in the engine: over samples or raw copies, in whichever context. */
export const runStates = ['queued', 'running', 'checking', 'succeeded', 'failed', 'cancelled'] as const;
export type RunState = (typeof runStates)[number];

/** `running → queued` is not an edge: a lost process is tried again under the same row, still `running`. */
export const runTransitions = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['checking', 'failed', 'cancelled'],
  checking: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Transitions<RunState>;

export const openRunStates = ['queued', 'running', 'checking'] as const satisfies readonly RunState[];
