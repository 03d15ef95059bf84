import { newId, type ActUnder } from '#kernel';
import { contexts } from '../../apps/composition/contexts.js';
import { belongingsOf, undersOf } from '../../apps/composition/platform.js';
import { RouteTable, type ActSpec } from '#platform/http';
import type { Answer, Caller, Medium } from './medium.js';
import type { Operating } from './operating.js';
import { sampleOf } from './sample-input.js';

/** Where an act names something that belongs to a scenario, an authorisation or a domain. */
export type Rule = Exclude<ActUnder, string>;
/** Every act that names such a thing, once for each of its names. */
export const ruled: readonly { readonly action: string; readonly rule: Rule }[] = Object.entries(undersOf(contexts)).flatMap(
  ([action, rules]) => [rules].flat().flatMap((rule) => (typeof rule === 'string' ? [] : [{ action, rule }])),
);
export const belongs = belongingsOf(contexts);
/** The acts of the installation's routes, by name. */
export const actsOf = (medium: Medium): ReadonlyMap<string, ActSpec> =>
  new Map(
    medium.app
      .get(RouteTable)
      .acts(medium.platform.actions)
      .map((spec) => [spec.action, spec]),
  );

/** A row of a kind under an authorisation. Its content does not matter: what is tested must not come to look at it. */
export async function somethingOf(medium: Medium, kind: string, under: Operating): Promise<string> {
  const table = belongs[kind]?.table ?? '';
  const [schema, name] = table.split('.');
  const checks = await medium.sql<{ name: string }>(
    `SELECT conname AS name FROM pg_constraint WHERE conrelid = '${table}'::regclass AND contype IN ('c', 'f')`,
  );
  for (const check of checks) await medium.sql(`ALTER TABLE ${table} DROP CONSTRAINT "${check.name}"`);
  const columns = await medium.sql<{ column_name: string; data_type: string }>(
    `SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 AND is_nullable = 'NO'`,
    [schema, name],
  );
  const id = newId();
  const known: Partial<Readonly<Record<string, string>>> = {
    ...{ id, authorisation_id: under.authorisationId, scenario_id: under.scenarioId },
    ...{ unit_id: under.unitId, authority_id: under.authorityId },
  };
  const usual: Partial<Readonly<Record<string, string>>> = {
    ...{ uuid: newId(), text: 'x', integer: '1', bigint: '1', 'double precision': '0', boolean: 'true', date: '2026-01-01' },
    ...{ 'timestamp with time zone': '2026-01-01T00:00:00Z', jsonb: '[]', ARRAY: '{}', bytea: '\\x00' },
  };
  const names = columns.map((column) => `"${column.column_name}"`).join(', ');
  const values = columns.map((column) => `'${known[column.column_name] ?? usual[column.data_type] ?? '1'}'`).join(', ');
  await medium.sql(`BEGIN; SET LOCAL session_replication_role = replica; INSERT INTO ${table} (${names}) VALUES (${values}); COMMIT`);
  return id;
}

/** Calls an act on something of a kind that the rule names. */
export function call(spec: ActSpec, { kind, at }: Rule, id: string, caller: Caller): Promise<Answer> {
  const [part, member = ''] = at.split('.');
  const path = spec.path.replace(/:(\w+)/g, (_, name: string) => (part === 'params' && name === member ? id : newId()));
  const body = {
    ...(spec.body === undefined ? {} : (sampleOf(spec.body) as object)),
    ...(part === 'body' ? { [member]: kind === undefined ? { kind: 'authorisation', id } : id } : {}),
  };
  if (spec.method === 'GET') return caller.get(path);
  return spec.method === 'PUT' ? caller.put(path, body) : caller.post(path, body);
}
