import { defineJob } from '#kernel';

/** Due when the next notice or lapse is. */
export const lapseJob = defineJob('seats.lapse', 'lapses', { goesOn: 'it closes a seat' }, { maxAttempts: 20 });
/** Due at each midnight (Asia/Shanghai) while the seat lives. */
export const dayJob = defineJob('seats.day', 'lapses', { goesOn: 'it counts the days of a seat while it lives' }, { maxAttempts: 20 });
/** Until the receipt is complete: it orders its own next run while a path is open, and stays visible on the revocation. Tries are for faults. */
export const cutJob = defineJob('seats.cut', 'cuts', { goesOn: 'it is the cut' }, { maxAttempts: 1000, backoffSeconds: 1 });
/** Until the cluster shows what became of a workspace. */
export const workspaceJob = defineJob(
  'seats.workspace',
  'events',
  { goesOn: 'it follows a workspace until it is gone' },
  { maxAttempts: 50, backoffSeconds: 1 },
);
