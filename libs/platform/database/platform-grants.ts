import type { Grants } from '#kernel';

/** What each process does with the platform's own tables. The journal is read and added to; the worker, which sequences it, places entries. */
export const platformGrants = {
  tables: {
    'public.opdomain_migrations': { api: ['select'], worker: ['select'], operator: ['select'] },
    'platform.journal_keys': { api: ['select', 'insert'], worker: ['select', 'insert'] },
    'platform.journal': { api: ['select', 'insert'], worker: ['select', 'insert', 'update(index)'], operator: ['select', 'insert'] },
    'platform.outbox': { api: ['insert'], worker: ['select', 'insert', 'update(expanded_at)', 'delete'], operator: ['insert'] },
    'platform.work': { api: ['select', 'insert', 'update'], worker: ['select', 'insert', 'update', 'delete'] },
    'platform.workers': { api: ['select'], worker: ['select', 'insert', 'update(seen_at)', 'delete'] },
    'platform.inbox': { worker: ['select', 'insert', 'delete'] },
    'platform.epochs': { api: ['select', 'insert', 'update'], worker: ['select', 'insert', 'update'], operator: ['select'] },
    'platform.endings': {
      api: ['select', 'insert', 'update(stage)', 'update(at)'],
      worker: ['select', 'insert', 'update(stage)', 'update(at)'],
      operator: ['select'],
    },
    'platform.replicas': { api: ['select', 'insert', 'update'], worker: ['select'] },
    'platform.rehearsals': { api: ['select', 'insert'], worker: ['select', 'delete'] },
    'platform.installation': { api: ['select'], worker: ['select'], operator: ['select'] },
    'platform.idempotency': { api: ['select', 'insert', 'update(sealed)'], worker: ['select', 'delete'] },
    'platform.destroyed_keys': { api: ['select', 'insert'], worker: ['select', 'insert'] },
    'platform.key_generations': { api: ['select', 'insert', 'update(newest)'], worker: ['select', 'insert', 'update(newest)'] },
    'platform.connection_sources': {
      api: ['select', 'insert', 'update(seen_at)', 'update(stopped_at)', 'update(flushed_until)', 'update(absent_at)'],
      worker: ['select', 'update(absent_at)'],
    },
    'platform.connections': { api: ['select', 'insert', 'delete'], worker: ['select', 'delete'] },
    'platform.connection_losses': { api: ['select', 'insert', 'update(lost)', 'update(noted_at)'], worker: ['select'] },
  },
  routines: { 'platform.hold_epochs(text[])': ['api', 'worker', 'operator'] },
} satisfies Grants;
