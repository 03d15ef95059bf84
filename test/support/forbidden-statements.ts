import type pg from 'pg';

export interface Relation {
  /** Qualified, e.g. `seats.seats`. */
  readonly name: string;
  readonly schema: string;
  /** `r` table, `p` partitioned table, `v` view, `S` sequence. */
  readonly kind: string;
  readonly columns: readonly string[];
}

const ours = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/** What stands in the product's schemas and its libraries'; partitions are their table's. */
export async function relationsOf(superuser: pg.Client): Promise<Relation[]> {
  const { rows } = await superuser.query<{ schema: string; name: string; kind: string; columns: string[] | null }>(
    `SELECT n.nspname AS schema, n.nspname || '.' || c.relname AS name, c.relkind AS kind,
       (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE ${ours} AND c.relkind IN ('r', 'p', 'v', 'S') AND NOT c.relispartition ORDER BY 2`,
  );
  return rows.map((row) => ({ ...row, columns: row.columns ?? [] }));
}

/** Everything that a forbidden statement could have changed, with what each role holds in words such as `seats.seats select`. */
export async function standing(superuser: pg.Client): Promise<{ rights: Record<string, string[]>; shape: unknown[] }> {
  const { rows: rights } = await superuser.query<{ role: string; held: string[] }>(`
    SELECT coalesce(role.rolname, 'PUBLIC') AS role, array_agg(held ORDER BY held COLLATE "C") AS held FROM (
      SELECT acl.grantee, n.nspname || '.' || c.relname || ' ' || lower(acl.privilege_type) AS held
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) acl
        WHERE ${ours} AND c.relkind IN ('r', 'p', 'v')
      UNION ALL SELECT acl.grantee, n.nspname || '.' || c.relname || ' ' || lower(acl.privilege_type) || '(' || a.attname || ')'
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(a.attacl) acl
        WHERE ${ours}) every LEFT JOIN pg_roles role ON role.oid = every.grantee GROUP BY 1`);
  const { rows: shape } = await superuser.query(`
    SELECT line FROM (
      SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled) AS line FROM pg_trigger WHERE NOT tgisinternal
      UNION ALL SELECT concat_ws(' ', 'function', p.oid::regprocedure, md5(pg_get_functiondef(p.oid)), p.proowner, p.proacl)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${ours} AND p.prokind IN ('f', 'p')
      UNION ALL SELECT concat_ws(' ', 'relation', c.oid::regclass, c.relkind, c.relowner)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ours}
      UNION ALL SELECT concat_ws(' ', 'schema', n.nspname, n.nspowner, n.nspacl) FROM pg_namespace n WHERE ${ours}
      UNION ALL SELECT concat_ws(' ', 'journal', md5(j::text)) FROM platform.journal j) all_of_it ORDER BY line COLLATE "C"`);
  return { rights: Object.fromEntries(rights.map(({ role, held }) => [role, held])), shape };
}

export interface Forbidden {
  readonly sql: string;
  /** PostgreSQL only warns that nothing was granted. */
  readonly warns?: boolean;
}

/** Every statement that a role with these rights must be refused, made from what the catalogue says is there. */
export async function forbiddenTo(
  superuser: pg.Client,
  of: { readonly role: string; readonly owner: string; readonly rights: readonly string[] },
): Promise<Forbidden[]> {
  const held = new Set(of.rights);
  const statements: (string | Forbidden)[] = [...beyondTables(of.role, of.owner)];
  for (const { name, kind, columns } of await relationsOf(superuser)) {
    if (kind === 'S') {
      statements.push(`ALTER SEQUENCE ${name} RESTART`, `DROP SEQUENCE ${name}`);
      continue;
    }
    const view = kind === 'v';
    const word = view ? 'VIEW' : 'TABLE';
    statements.push(`DROP ${word} ${name}`, `ALTER ${word} ${name} OWNER TO ${of.role}`, `ALTER ${word} ${name} RENAME TO mine`);
    statements.push({ sql: `GRANT ALL ON ${name} TO ${of.role}`, warns: true }, { sql: `GRANT ALL ON ${name} TO PUBLIC`, warns: true });
    if (!view)
      statements.push(
        `TRUNCATE ${name} CASCADE`,
        `ALTER TABLE ${name} DISABLE TRIGGER ALL`,
        `ALTER TABLE ${name} DISABLE TRIGGER USER`,
        `ALTER TABLE ${name} ADD COLUMN mine int`,
        `ALTER TABLE ${name} DISABLE RULE "_RETURN"`,
        `CREATE TRIGGER mine BEFORE INSERT ON ${name} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
        `CREATE RULE mine AS ON INSERT TO ${name} DO INSTEAD NOTHING`,
        `CREATE INDEX mine ON ${name} ((1))`,
      );
    if (!held.has(`${name} select`)) statements.push(`SELECT * FROM ${name}`, `COPY (SELECT * FROM ${name}) TO STDOUT`);
    // What a view cannot be asked at all is no matter of rights; those it holds are compared with the declared ones.
    if (view) continue;
    if (!held.has(`${name} delete`)) statements.push(`DELETE FROM ${name}`);
    if (!held.has(`${name} insert`)) statements.push(`INSERT INTO ${name} DEFAULT VALUES`, `COPY ${name} FROM STDIN`);
    for (const column of columns)
      if (!held.has(`${name} update`) && !held.has(`${name} update(${column})`)) statements.push(`UPDATE ${name} SET "${column}" = NULL`);
  }
  const { rows: schemas } = await superuser.query<{ name: string }>(`SELECT nspname AS name FROM pg_namespace n WHERE ${ours}`);
  for (const { name } of schemas)
    statements.push(
      `CREATE TABLE ${name}.mine ()`,
      `CREATE FUNCTION ${name}.mine() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`,
      `DROP SCHEMA ${name} CASCADE`,
      `ALTER SCHEMA ${name} OWNER TO ${of.role}`,
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${of.owner} IN SCHEMA ${name} GRANT ALL ON TABLES TO ${of.role}`,
    );
  const { rows: functions } = await superuser.query<{
    signature: string;
    definition: string;
    callable: boolean;
    trigger: boolean;
    nulls: string;
  }>(
    `SELECT p.oid::regprocedure::text AS signature, pg_get_functiondef(p.oid) AS definition, has_function_privilege($1, p.oid, 'EXECUTE') AS callable,
       p.prorettype = 'trigger'::regtype AS trigger, p.oid::regproc || '(' || array_to_string(ARRAY(SELECT 'NULL::' || format_type(t, NULL) FROM unnest(p.proargtypes) t), ', ') || ')' AS nulls
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${ours} AND p.prokind = 'f'`,
    [of.role],
  );
  for (const { signature, definition, callable, trigger, nulls } of functions) {
    statements.push(definition, `ALTER FUNCTION ${signature} SECURITY INVOKER`, `ALTER FUNCTION ${signature} OWNER TO ${of.role}`);
    statements.push(`DROP FUNCTION ${signature} CASCADE`, { sql: `GRANT EXECUTE ON FUNCTION ${signature} TO PUBLIC`, warns: callable });
    if (!callable && !trigger) statements.push(`SELECT ${nulls}`);
  }
  return statements.map((statement) => (typeof statement === 'string' ? { sql: statement } : statement));
}

/** Ways round the tables: other roles, the server's files and programs, its settings, and objects of one's own. */
const beyondTables = (role: string, owner: string): readonly string[] => [
  `SET ROLE ${owner}`,
  'SET ROLE postgres',
  `SET SESSION AUTHORIZATION ${owner}`,
  `GRANT ${owner} TO ${role}`,
  'GRANT pg_read_server_files TO CURRENT_USER',
  'SET session_replication_role = replica',
  `ALTER ROLE ${role} SUPERUSER`,
  `ALTER ROLE ${role} CREATEROLE`,
  `ALTER ROLE ${role} BYPASSRLS`,
  `ALTER ROLE ${owner} PASSWORD 'mine'`,
  'CREATE ROLE mine',
  'CREATE DATABASE mine',
  'CREATE SCHEMA mine',
  'CREATE TEMP TABLE mine ()',
  'CREATE EXTENSION pgcrypto SCHEMA platform',
  `CREATE LANGUAGE mine HANDLER plpgsql_call_handler`,
  `CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION platform.keep_journal()`,
  `CREATE PUBLICATION mine FOR ALL TABLES`,
  `ALTER SYSTEM SET log_statement = 'all'`,
  `SET log_statement = 'none'`,
  `REASSIGN OWNED BY ${owner} TO ${role}`,
  `DROP OWNED BY ${owner}`,
  `COPY (SELECT 1) TO PROGRAM 'true'`,
  `COPY (SELECT 1) TO '/tmp/mine'`,
  `COPY platform.outbox FROM '/etc/passwd'`,
  `SELECT pg_read_file('PG_VERSION')`,
  `SELECT pg_read_binary_file('PG_VERSION')`,
  `SELECT pg_ls_dir('.')`,
  `SELECT pg_stat_file('PG_VERSION')`,
  `SELECT lo_import('/etc/passwd')`,
  `SELECT lo_export(0, '/tmp/mine')`,
  'SELECT pg_reload_conf()',
  'SELECT pg_rotate_logfile()',
  'SELECT pg_switch_wal()',
  `SELECT pg_create_physical_replication_slot('mine')`,
  'SELECT rolpassword FROM pg_authid',
  `DO $$ BEGIN EXECUTE 'ALTER TABLE platform.journal DISABLE TRIGGER ALL'; END $$`,
];
