import type { Transitions } from '#kernel';
import type { z } from 'zod';
import type { CodeRunState as RunStateSchema, SubmissionState as SubmissionStateSchema } from '../contract.js';

export type SubmissionState = z.infer<typeof SubmissionStateSchema>;
export type CodeRunState = z.infer<typeof RunStateSchema>;

/** 模型运行, its first half: code is read by people of the other side before anything of it touches raw data. */
export const submissionTransitions = {
  submitted: ['reviewed', 'returned'],
  reviewed: [],
  returned: [],
} as const satisfies Transitions<SubmissionState>;

/** Its second half, for each run of reviewed code. */
export const runTransitions = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['checking', 'failed', 'cancelled'],
  checking: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Transitions<CodeRunState>;

export const openRunStates = ['queued', 'running', 'checking'] as const satisfies readonly CodeRunState[];
