import { defineJob } from '#kernel';

const settings = { leaseSeconds: 120, stillSeconds: 4 * 3600 } as const;

export const quarantineJob = defineJob(
  'exports.quarantine',
  'work',
  {
    goesOn:
      'a request is its unit’s; nothing is shown to whoever ordered it, and who reviews it, releases it and takes it home is asked at that moment',
  },
  settings,
);
/** A check that cannot finish is tried again and again, and people see it; never a pass. */
export const checkJob = defineJob(
  'exports.check',
  'work',
  {
    goesOn:
      'a request is its unit’s; nothing is shown to whoever ordered it, and who reviews it, releases it and takes it home is asked at that moment',
  },
  settings,
);
export const expireJob = defineJob('exports.expire', 'lapses', { goesOn: 'it closes what was released' });
