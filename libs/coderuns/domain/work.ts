import { defineJob } from '#kernel';

/** A short lease: what was cut is told to stop within a quarter of it. */
const settings = { maxAttempts: 4, leaseSeconds: 12 } as const;

/** Reviewed code over raw copies. */
export const runJob = defineJob('coderuns.run', 'work', 'with-its-scope', settings);
/** The same code over samples: it needs no review, so it has places of its own. */
export const trialJob = defineJob('coderuns.trial', 'trials', 'with-its-scope', settings);
