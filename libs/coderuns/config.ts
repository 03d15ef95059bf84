import { z } from 'zod';

export const CODERUNS_CONFIG = Symbol('CodeRunsConfig');

export const coderunsConfig = z.strictObject({
  /** Reading submitted code: how many at once in this process, how many may wait, and how long one may take. */
  analysis: z
    .strictObject({
      atOnce: z.number().int().min(1).max(16).default(2),
      waiting: z.number().int().min(0).max(10_000).default(100),
      waitingPerPerson: z.number().int().min(0).max(10_000).default(5),
      waitingPerUnit: z.number().int().min(0).max(10_000).default(20),
      wallClockMs: z.number().int().min(1000).max(120_000).default(15_000),
      memoryMb: z.number().int().min(256).default(256),
    })
    .prefault({}),
  /** Trials are not reviewed: they get less than a run over raw data. */
  trials: z
    .strictObject({
      wallClockMs: z.number().int().min(1000).default(60_000),
      memoryMb: z.number().int().min(256).default(512),
      scratchBytes: z.number().int().min(1_048_576).default(536_870_912),
      /** Of its result. */
      rows: z.number().int().min(1).default(100_000),
    })
    .prefault({}),
});
export type CodeRunsConfig = z.output<typeof coderunsConfig>;
