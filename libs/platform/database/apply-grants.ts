import { applications, type Application, type Grants, type TableRight } from '#kernel';
import type { DataSource, EntityManager } from 'typeorm';
import { assertConfined, assertDistinct, ensureRoles, quoted, roleOf, type RolesConfig } from './roles.js';

/** Everything that a schema of somebody else's library needs at run time: rows, sequences and routines, no structure. */
export interface LibrarySchema {
  readonly name: string;
  readonly users: readonly Application[];
}

const qualified = (name: string): string => name.split('.').map(quoted).join('.');
const privilege = (right: TableRight): string => right.replace(/^update\((\w+)\)$/, 'update ("$1")');

/**
 * Gives each process's role exactly what is declared, in one transaction: whatever was granted before and is declared no longer is
 * taken back, from PUBLIC too. Running it twice changes nothing.
 * @throws Refusal `database.role-missing`, `database.role-too-strong`.
 */
export async function applyGrants(
  dataSource: DataSource,
  roles: RolesConfig,
  declared: readonly Grants[],
  libraries: readonly LibrarySchema[] = [],
): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtext('opdomain.grants'))`);
    const [self] = await manager.query<[{ owner: string; database: string }]>(
      'SELECT current_user AS owner, current_database() AS database',
    );
    assertDistinct(roles, self.owner);
    await ensureRoles(manager, roles);
    for (const application of applications) await assertConfined(manager, roleOf(roles, application));
    await takeBack(manager, self.database, roles);
    const everyone = applications.map((application) => quoted(roleOf(roles, application))).join(', ');
    await manager.query(`GRANT CONNECT ON DATABASE ${quoted(self.database)} TO ${everyone}`);
    for (const grants of declared) await grant(manager, roles, grants);
    for (const { name, users } of libraries)
      for (const user of users) await grantLibrary(manager, quoted(name), quoted(roleOf(roles, user)));
  });
}

async function takeBack(manager: EntityManager, database: string, roles: RolesConfig): Promise<void> {
  const from = ['PUBLIC', ...applications.map((application) => quoted(roleOf(roles, application)))].join(', ');
  await manager.query(`REVOKE ALL ON DATABASE ${quoted(database)} FROM ${from}`);
  const schemas: { name: string }[] = await manager.query(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname = 'public' OR pg_has_role(current_user, nspowner, 'USAGE') AND nspname !~ '^pg_'
       AND nspname <> 'information_schema' ORDER BY 1`,
  );
  for (const { name } of schemas) {
    const schema = quoted(name);
    await manager.query(`REVOKE ALL ON SCHEMA ${schema} FROM ${from}`);
    for (const kind of ['TABLES', 'SEQUENCES', 'ROUTINES'])
      await manager.query(`REVOKE ALL ON ALL ${kind} IN SCHEMA ${schema} FROM ${from}`);
  }
}

async function grant(manager: EntityManager, roles: RolesConfig, grants: Grants): Promise<void> {
  const uses = new Set<string>();
  const use = async (name: string, application: Application): Promise<string> => {
    const role = quoted(roleOf(roles, application));
    const schema = quoted(name.split('.')[0] ?? '');
    if (!uses.has(`${schema} ${role}`)) await manager.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
    uses.add(`${schema} ${role}`);
    return role;
  };
  for (const [table, rights] of Object.entries(grants.tables))
    for (const application of applications) {
      const given = rights[application] ?? [];
      if (given.length === 0) continue;
      const role = await use(table, application);
      await manager.query(`GRANT ${given.map(privilege).join(', ')} ON TABLE ${qualified(table)} TO ${role}`);
    }
  for (const [routine, users] of Object.entries(grants.routines ?? {}))
    for (const application of users) {
      const role = await use(routine, application);
      await manager.query(`GRANT EXECUTE ON ROUTINE ${routine} TO ${role}`);
    }
}

async function grantLibrary(manager: EntityManager, schema: string, role: string): Promise<void> {
  await manager.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
  await manager.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`);
  await manager.query(`GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role}`);
  await manager.query(`GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ${schema} TO ${role}`);
}
