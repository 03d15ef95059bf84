import { refuse, type Refusal, type UniqueRefusals } from '#kernel';

/** PostgreSQL `unique_violation`. */
const uniqueViolation = '23505';

/** What a unique violation is answered with, by the name of its constraint. Details name the columns; PostgreSQL's own text holds values. */
export function uniqueRefusal(error: unknown, uniques: UniqueRefusals): Refusal | undefined {
  const { code, schema, constraint, detail } = (error ?? {}) as Partial<Record<'code' | 'schema' | 'constraint' | 'detail', string>>;
  const refusal = code === uniqueViolation ? uniques[`${schema ?? ''}.${constraint ?? ''}`] : undefined;
  if (refusal === undefined) return undefined;
  const columns = /^Key \(([\w, ]*)\)=/.exec(detail ?? '')?.[1]?.split(', ') ?? [];
  return refuse(refusal, { fields: columns });
}

/** The platform's own: lost races of bookkeeping that the loser repeats. */
export const platformUniques: UniqueRefusals = Object.fromEntries(
  [
    'connection_losses_pkey',
    'destroyed_keys_pkey',
    'endings_pkey',
    'epochs_pkey',
    'idempotency_pkey',
    'inbox_pkey',
    'journal_index_key',
    'key_generations_pkey',
    'work_event_id_name_key',
    'work_open_once',
  ].map((name) => [`platform.${name}`, 'state.changed-meanwhile']),
);
