import { defineJob } from '#kernel';

/** A short lease: what was cut is told to stop within a quarter of it. */
const settings = { maxAttempts: 4, leaseSeconds: 12 } as const;

export const proposeJob = defineJob('desensitisation.propose', 'work', 'with-its-scope', settings);
export const runJob = defineJob('desensitisation.run', 'work', 'with-its-scope', settings);
