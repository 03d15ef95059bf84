import { defineJob } from '#kernel';

/** Work of this context in the queue; each is due at an instant that the state sets. */
export const expireJob = defineJob('authorisations.expire', 'lapses', { maxAttempts: 20 });
export const overdueJob = defineJob('authorisations.overdue', 'lapses', { maxAttempts: 20 });
export const endPartnerJob = defineJob('authorisations.end-partner', 'lapses', { maxAttempts: 20 });
