import { defineJob } from '#kernel';

/** A short lease: what was cut is told to stop within a quarter of it. An engine at its longest shows nothing meanwhile. */
const settings = { leaseSeconds: 12, stillSeconds: 4 * 3600, patience: { tries: 4, outageMinutes: 24 * 60 } } as const;

/** Looks at a copy for its plan: proposes it, or measures what it would lose. */
export const proposeJob = defineJob('desensitisation.propose', 'work', 'with-its-scope', settings);
export const runJob = defineJob('desensitisation.run', 'work', 'with-its-scope', settings);
/** Destroys the bytes of a sample that was withdrawn. */
export const discardJob = defineJob(
  'desensitisation.discard',
  'lapses',
  { goesOn: 'it destroys what was withdrawn' },
  { backoffSeconds: 10 },
);
