import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const desensitisationGrants = {
  tables: {
    'desensitisation.plans': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'desensitisation.runs': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'desensitisation.pseudonym_keys': { worker: ['select', 'insert', 'delete'] },
    'desensitisation.noise_charges': { api: ['select', 'insert'] },
    'desensitisation.v_samples': { api: ['select'], worker: ['select'] },
  },
} satisfies Grants;
