import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const authorisationsGrants = {
  tables: {
    'authorisations.scenarios': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'authorisations.data_requests': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'authorisations.data_request_items': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'authorisations.consents': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'authorisations.admissions': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'authorisations.authorisations': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'authorisations.agreement_versions': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'authorisations.emergency_plans': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'authorisations.deadlines': { api: ['select', 'insert', 'update'], worker: ['select', 'insert'] },
    'authorisations.suspensions': { api: ['select', 'insert', 'update'], worker: ['select', 'update'] },
    'authorisations.rectifications': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'authorisations.approvals': { api: ['select', 'insert', 'update'] },
    'authorisations.votes': { api: ['select', 'insert'] },
    'authorisations.profile_entries': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'authorisations.superseding_texts': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'authorisations.stage_bodies': { api: ['select', 'insert', 'update'] },
    'authorisations.working_years': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'authorisations.v_authorisations': { api: ['select'] },
    'authorisations.v_scenarios': { api: ['select'] },
    'authorisations.v_suspensions': { api: ['select'] },
    'authorisations.v_deadlines': { api: ['select'] },
  },
} satisfies Grants;
