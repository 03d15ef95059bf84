import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const networklogsGrants = {
  tables: {
    'networklogs.streams': { api: ['select'], worker: ['select', 'insert', 'update'] },
    'networklogs.segments': { api: ['select', 'insert', 'update(version)', 'delete'], worker: ['select', 'insert', 'update'] },
    'networklogs.events': { api: ['select', 'insert', 'update', 'delete'], worker: ['select', 'insert', 'update'] },
  },
  routines: { 'networklogs.ensure_day(date)': ['api', 'worker'] },
} satisfies Grants;
