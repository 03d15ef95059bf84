import { defineJob } from '#kernel';

/** Work of this context in the queue; each is due at an instant that the state sets. */
export const expireJob = defineJob('authorisations.expire', 'lapses', { goesOn: 'a term ends whoever signed it' });
export const overdueJob = defineJob('authorisations.overdue', 'lapses', { goesOn: 'a deadline passes whoever set it' });
export const endPartnerJob = defineJob('authorisations.end-partner', 'lapses', { goesOn: 'a partner’s record ends whoever approved it' });
