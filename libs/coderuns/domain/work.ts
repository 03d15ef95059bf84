import { defineJob } from '#kernel';

/** A short lease: what was cut is told to stop within a quarter of it. An engine at its longest shows nothing meanwhile. */
const settings = { leaseSeconds: 12, stillSeconds: 4 * 3600 } as const;

/** Reviewed code over raw copies: nobody sits and waits for it. */
export const runJob = defineJob('coderuns.run', 'work', 'with-its-scope', {
  ...settings,
  patience: { tries: 4, outageMinutes: 24 * 60 },
});
/** The same code over samples: it needs no review, so it has places of its own. Somebody waits for it, who orders another. */
export const trialJob = defineJob('coderuns.trial', 'trials', 'with-its-scope', {
  ...settings,
  patience: { tries: 4, outageMinutes: 60 },
});
