import { applications, type Application } from '#kernel';
import { readFileSync } from 'node:fs';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { scramVerifier } from './scram.js';
import { refuse } from './refusals.js';

const role = (name: string) =>
  z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z_][a-z0-9_]{0,62}$/)
        .default(name),
      passwordFile: z
        .string()
        .optional()
        .describe('Given: `migrate` makes the role with this password, or sets it (the owner needs CREATEROLE)'),
    })
    .prefault({});

/** The role of each process. Who installs may make them beforehand, or let `migrate` make them. */
export const rolesConfig = z
  .strictObject({ api: role('opdomain_api'), worker: role('opdomain_worker'), operator: role('opdomain_operator') })
  .prefault({});
export type RolesConfig = z.infer<typeof rolesConfig>;

export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** Makes the roles that are given a password. The statement carries the verifier, never the password. */
export async function ensureRoles(manager: EntityManager, roles: RolesConfig): Promise<void> {
  for (const { name, passwordFile } of Object.values(roles)) {
    if (passwordFile === undefined) continue;
    const known: unknown[] = await manager.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
    const verifier = scramVerifier(readFileSync(passwordFile, 'utf8').trim());
    // The verifier's alphabet (base64, `$`, `:`, `-`) needs no escaping inside a literal.
    await manager.query(`${known.length === 0 ? 'CREATE' : 'ALTER'} ROLE ${quoted(name)} LOGIN PASSWORD '${verifier}'`);
  }
}

/**
 * Makes sure that a process's role is one that grants alone decide over: no attribute, no membership, no ownership gives it more.
 * @throws Refusal `database.role-missing`, `database.role-too-strong`.
 */
export async function assertConfined(manager: Pick<EntityManager, 'query'>, name: string): Promise<void> {
  const found: Record<string, boolean>[] = await manager.query(
    `SELECT rolsuper AS superuser, rolcreaterole AS createrole, rolcreatedb AS createdb, rolreplication AS replication,
       rolbypassrls AS bypassrls,
       EXISTS (SELECT 1 FROM pg_auth_members WHERE member = role.oid) AS membership,
       EXISTS (SELECT 1 FROM pg_shdepend WHERE refclassid = 'pg_authid'::regclass AND refobjid = role.oid AND deptype = 'o') AS ownership
     FROM pg_roles role WHERE rolname = $1`,
    [name],
  );
  const [standing] = found;
  if (standing === undefined) throw refuse('database.role-missing', { role: name });
  const excess = Object.keys(standing).filter((what) => standing[what] === true);
  if (excess.length > 0) throw refuse('database.role-too-strong', { role: name, excess: excess.join(', ') });
}

/** @throws Refusal `database.role-too-strong` where two processes share a role: then each could do what the other may. */
export function assertDistinct(roles: RolesConfig, owner: string): void {
  const names = [owner, ...applications.map((application) => roles[application].name)];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw refuse('database.role-too-strong', { role: twice, excess: 'shared' });
}

export const roleOf = (roles: RolesConfig, application: Application): string => roles[application].name;
