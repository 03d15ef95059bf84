import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const meteringGrants = {
  tables: {
    'metering.prices': { api: ['select', 'insert'], worker: ['select'] },
    'metering.accounts': { api: ['select', 'insert', 'update(created_at)'], worker: ['select', 'insert', 'update'] },
    'metering.entries': { api: ['select', 'insert'], worker: ['select', 'insert'] },
    'metering.statements': { api: ['select'], worker: ['insert'] },
    'metering.v_unpriced': { api: ['select'] },
  },
} satisfies Grants;
