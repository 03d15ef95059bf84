import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const domainsGrants = {
  tables: {
    'domains.operation_domains': {
      api: ['select', 'insert', 'update'],
      worker: ['select', 'insert', 'update'],
      operator: ['select', 'update'],
    },
    'domains.zones': { api: ['select', 'insert'], worker: ['select', 'insert'], operator: ['select', 'insert', 'update'] },
    'domains.catalogue_images': { api: ['select', 'insert', 'update'], operator: ['select'] },
    'domains.desired_objects': {
      api: ['select', 'insert', 'update'],
      worker: ['select', 'insert', 'update'],
      operator: ['select', 'insert', 'update'],
    },
    'domains.canaries': { worker: ['select', 'insert'], operator: ['select'] },
    'domains.probe_runs': { api: ['select'], operator: ['select', 'insert'] },
    'domains.cluster_orders': { api: ['select', 'insert'], worker: ['select', 'insert', 'delete'], operator: ['select', 'update'] },
    'domains.reconciliations': { api: ['select'], operator: ['select', 'insert', 'update'] },
    'domains.rings': { api: ['insert'], worker: ['insert'], operator: ['select', 'delete'] },
    'domains.v_operation_domains': { api: ['select'] },
  },
} satisfies Grants;
