import { defineJob } from '#kernel';

/** Destroying a namespace may take minutes; the lease is renewed meanwhile. */
export const proceedJob = defineJob(
  'terminations.proceed',
  'terminations',
  { goesOn: 'a termination goes on whoever ordered it' },
  { leaseSeconds: 120, backoffSeconds: 5 },
);
