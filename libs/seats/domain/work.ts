import { defineJob } from '#kernel';

/** Due when the next notice or lapse is. */
export const lapseJob = defineJob('seats.lapse', 'lapses', { goesOn: 'it closes a seat' });
/** Due at each midnight (Asia/Shanghai) while the seat lives. */
export const dayJob = defineJob('seats.day', 'lapses', { goesOn: 'it counts the days of a seat while it lives' });
/** Until the receipt is complete: it orders its own next run while a path is open, and stays visible on the revocation. */
export const cutJob = defineJob('seats.cut', 'cuts', { goesOn: 'it is the cut' }, { backoffSeconds: 1 });
/** Until the cluster shows what became of a workspace. */
export const workspaceJob = defineJob(
  'seats.workspace',
  'events',
  { goesOn: 'it follows a workspace until it is gone' },
  { backoffSeconds: 1 },
);
