import type { Transitions } from '#kernel';
import type { z } from 'zod';
import type { PlanState as PlanStateSchema, RunState as RunStateSchema } from '../contract.js';

export type PlanState = z.infer<typeof PlanStateSchema>;
export type RunState = z.infer<typeof RunStateSchema>;

/** A plan is proposed by detection, changed by people, approved as a frozen revision; a change after that needs a new approval. */
export const planTransitions = {
  proposing: ['draft', 'failed'],
  draft: ['approved', 'withdrawn'],
  approved: ['draft', 'withdrawn'],
  failed: [],
  withdrawn: [],
} as const satisfies Transitions<PlanState>;

/** 脱敏任务. `running → queued` is not an edge: a lost process is tried again under the same row, still `running`. */
export const runTransitions = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['checking', 'failed', 'cancelled'],
  checking: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Transitions<RunState>;

export const openRunStates = ['queued', 'running', 'checking'] as const satisfies readonly RunState[];
