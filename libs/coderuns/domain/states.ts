import type { Transitions } from '#kernel';
import type { z } from 'zod';
import type { SubmissionState as SubmissionStateSchema } from '../contract.js';

export type SubmissionState = z.infer<typeof SubmissionStateSchema>;

/** 模型运行, its first half: code is read by people of the other side before anything of it touches raw data. */
export const submissionTransitions = {
  submitted: ['reviewed', 'returned'],
  reviewed: [],
  returned: [],
} as const satisfies Transitions<SubmissionState>;
