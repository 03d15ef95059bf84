import { defineJob } from '#kernel';

export const importJob = defineJob(
  'datasets.import',
  'work',
  {
    goesOn:
      'a delivery is its provider organisation’s, not the person’s; nobody reads it, and before it begins and before it counts it asks whether the scenario is at work',
  },
  { leaseSeconds: 60, backoffSeconds: 5, patience: { tries: 5, outageMinutes: 24 * 60 } },
);
/** Due when an upload that nobody finished ends. */
export const endUploadJob = defineJob('datasets.end-upload', 'lapses', { goesOn: 'it destroys what was uploaded' }, { backoffSeconds: 10 });
