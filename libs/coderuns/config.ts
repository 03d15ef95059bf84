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
  /** When a group of a result, and a cell of it, is let through; ACRO's figures where nothing else is said. */
  disclosure: z
    .strictObject({
      threshold: z.number().int().min(2).max(1_000).default(10).describe('Subjects behind each group and each cell, at least'),
      dominanceShare: z.number().gt(0).max(1).default(0.9).describe('What the two largest contributions may make up of a sum'),
      pPercent: z.number().min(0).max(100).default(10).describe('What the others must make up of the largest contribution'),
      degreesOfFreedom: z.number().int().min(1).max(1_000).default(10),
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
