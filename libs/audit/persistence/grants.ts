import type { Grants } from '#kernel';

/** What each process does with this context's tables. */
export const auditGrants = {
  tables: {
    'audit.log': { api: ['select'], worker: ['select', 'insert', 'update'] },
    'audit.tiles': { api: ['select'], worker: ['select', 'insert', 'update'] },
    'audit.issued': { api: ['select'], worker: ['select', 'insert'] },
    'audit.checkpoints': { api: ['select'], worker: ['select', 'insert'] },
    'audit.cosignatures': { api: ['select', 'insert'], worker: ['select', 'insert'] },
    'audit.sm2_keys': { api: ['select'], worker: ['select', 'insert'] },
    'audit.witnesses': { api: ['select', 'insert', 'update'], worker: ['select', 'insert', 'update'] },
    'audit.cases': { api: ['select', 'insert'] },
    'audit.v_checkpoints': { api: ['select'] },
  },
} satisfies Grants;
