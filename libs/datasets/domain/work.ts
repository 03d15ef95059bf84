import { defineJob } from '#kernel';

export const importJob = defineJob('datasets.import', 'work', { leaseSeconds: 60, backoffSeconds: 5 });
/** Due when an upload that nobody finished ends. */
export const endUploadJob = defineJob('datasets.end-upload', 'lapses', { maxAttempts: 20, backoffSeconds: 10 });
