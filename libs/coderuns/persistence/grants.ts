import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const coderunsGrants = {
  tables: {
    'coderuns.submissions': { api: ['select', 'insert', 'update'], worker: ['select', 'update(version)'] },
    'coderuns.runs': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'coderuns.v_submissions': { api: ['select'] },
  },
} satisfies Grants;
