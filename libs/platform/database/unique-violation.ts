import { refuserOf, type Refusal, type RefusalCatalogue, type UniqueRefusals } from '#kernel';
import { refuse } from './refusals.js';

/** `schema.constraint` → what makes the refusal that a violation is answered with. */
export type Uniques = Readonly<Record<string, (details: { readonly fields: readonly string[] }) => Refusal>>;

/** A declaration's codes as refusals of its catalogue. */
export function uniquesIn(refusals: RefusalCatalogue, uniques: UniqueRefusals): Uniques {
  const refused = refuserOf(refusals);
  return Object.fromEntries(Object.entries(uniques).map(([name, code]) => [name, (details) => refused(code, details)]));
}

/** Columns that are made of what a member of the API says. */
const membersOf: Readonly<Record<string, string>> = { number_mac: 'identityNumber' };

/** PostgreSQL `unique_violation`. */
const uniqueViolation = '23505';

/** What a unique violation is answered with, by the name of its constraint. Details name the columns; PostgreSQL's own text holds values. */
export function uniqueRefusal(error: unknown, uniques: Uniques): Refusal | undefined {
  const { code, schema, constraint, detail } = (error ?? {}) as Partial<Record<'code' | 'schema' | 'constraint' | 'detail', string>>;
  const refusal = code === uniqueViolation ? uniques[`${schema ?? ''}.${constraint ?? ''}`] : undefined;
  if (refusal === undefined) return undefined;
  const columns = /^Key \(([\w, ]*)\)=/.exec(detail ?? '')?.[1]?.split(', ') ?? [];
  return refusal({ fields: columns.map((column) => membersOf[column] ?? column) });
}

/** The platform's own: lost races of bookkeeping that the loser repeats. */
export const platformUniques: Uniques = Object.fromEntries(
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
  ].map((name) => [`platform.${name}`, (details) => refuse('state.changed-meanwhile', details)]),
);
