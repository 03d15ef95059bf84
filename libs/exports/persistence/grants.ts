import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const exportsGrants = {
  tables: {
    'exports.export_requests': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'exports.check_rounds': { api: ['select'], worker: ['insert'] },
    'exports.reviews': { api: ['select', 'insert'] },
    'exports.release_links': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'exports.policies': { api: ['select', 'insert'], worker: ['select'] },
    'exports.budgets': { api: ['select', 'insert'], worker: ['select'] },
    'exports.v_export_requests': { api: ['select'] },
  },
} satisfies Grants;
