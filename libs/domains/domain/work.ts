import { defineJob } from '#kernel';

/** A key store or object store that is away is waited for: no domain begins without its canaries. */
export const plantJob = defineJob(
  'domains.plant-canaries',
  'lapses',
  { goesOn: 'canaries guard the domain, whoever asked for it' },
  { backoffSeconds: 1 },
);
