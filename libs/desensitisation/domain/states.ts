import type { Transitions } from '#kernel';
import type { z } from 'zod';
import type { PlanState as PlanStateSchema } from '../contract.js';

export type PlanState = z.infer<typeof PlanStateSchema>;

/** A plan is proposed by detection, changed by people, approved as a frozen revision; a change after that needs a new approval. */
export const planTransitions = {
  proposing: ['draft', 'failed'],
  draft: ['approved', 'withdrawn'],
  approved: ['draft', 'withdrawn'],
  failed: [],
  withdrawn: [],
} as const satisfies Transitions<PlanState>;
