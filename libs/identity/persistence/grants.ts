import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const identityGrants = {
  tables: {
    'identity.organisations': { api: ['select', 'insert'] },
    'identity.people': { api: ['select', 'insert', 'update'], worker: ['select', 'update(version)'] },
    'identity.person_numbers': { api: ['select', 'insert'] },
    'identity.affiliations': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'identity.role_grants': { api: ['select', 'insert', 'update'] },
    'identity.person_locks': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'identity.v_locked_people': { api: ['select'] },
    'identity.role_proposals': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'identity.installation': { api: ['select', 'insert'] },
    'identity.personnel_records': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'identity.v_role_holders': { api: ['select'] },
  },
} satisfies Grants;
