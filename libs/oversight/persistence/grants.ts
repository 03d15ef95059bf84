import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const oversightGrants = {
  tables: {
    'oversight.readings': { api: ['select', 'insert', 'update'] },
  },
} satisfies Grants;
