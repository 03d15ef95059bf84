import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const datasetsGrants = {
  tables: {
    'datasets.datasets': { api: ['select', 'insert', 'update'], worker: ['select', 'update(version)'] },
    'datasets.field_versions': { api: ['select', 'insert'], worker: ['select'] },
    'datasets.uploads': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'datasets.upload_parts': { api: ['select', 'insert', 'update(sha256)'], worker: ['select', 'update(sha256)'] },
    'datasets.dataset_copies': { api: ['select', 'insert', 'update(version)'], worker: ['select', 'update'] },
    'datasets.bad_rows': { api: ['select'], worker: ['select', 'insert', 'delete'] },
    'datasets.v_copies': { api: ['select'] },
  },
} satisfies Grants;
