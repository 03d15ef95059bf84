import { defineJob } from '#kernel';

const settings = { leaseSeconds: 120 } as const;

export const quarantineJob = defineJob('exports.quarantine', 'work', settings);
/** A check that cannot finish is tried again and, in the end, a dead letter that people see; never a pass. */
export const checkJob = defineJob('exports.check', 'work', settings);
export const expireJob = defineJob('exports.expire', 'lapses', { maxAttempts: 20 });
