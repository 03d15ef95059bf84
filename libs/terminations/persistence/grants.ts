import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const terminationsGrants = {
  tables: {
    'terminations.terminations': { api: ['select', 'insert', 'update'], worker: ['select', 'insert', 'update'] },
    'terminations.exits': { api: ['select', 'update'], worker: ['select', 'insert', 'update'] },
    'terminations.legal_holds': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'terminations.v_terminations': { api: ['select'] },
  },
} satisfies Grants;
