import { defaultLimits } from '#platform/config';
import { applications, type Application, type ContextDeclaration } from '#kernel';
import { createDataSource, guardsOf, platformGrants, rolesConfig } from '#platform/database';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { installSchema } from '../../apps/composition/install-schema.js';
import { createRole, urlOf } from '../../deploy/embedded/servers/postgres-roles.js';
import { startPostgres } from '../../deploy/embedded/servers/postgres.js';

export interface TestDatabase {
  /** File that holds the superuser's connection URL: for what a test does behind the product's back. */
  readonly urlFile: string;
  readonly url: string;
  /** As each process connects. */
  readonly urlFiles: Readonly<Record<Application, string>>;
  readonly owner: string;
  drop(): Promise<void>;
}

const owner = 'opdomain_test_owner';
/** Roles belong to the server and are shared by the databases of all tests on it. */
const roles = rolesConfig.parse(
  Object.fromEntries(applications.map((application) => [application, { name: `opdomain_test_${application}` }])),
);
const password = 'only-for-tests';
const named = (url: string, database: string): string => Object.assign(new URL(url), { pathname: `/${database}` }).href;

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The runner of the rings starts one PostgreSQL for all files; a file that runs alone starts its own. */
async function server(dir: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const shared = process.env['OPDOMAIN_TEST_POSTGRES_URL'];
  if (shared !== undefined && shared !== '') return { url: shared, stop: () => Promise.resolve() };
  return startPostgres({ dir: join(dir, 'server'), durable: false, extraFlags: ['-c', 'max_connections=300'] });
}

async function nowhere(dir: string): Promise<string> {
  const path = join(dir, 'nowhere.url');
  await writeFile(path, 'postgresql://127.0.0.1:1/none', { mode: 0o600 });
  return path;
}

/** A database of its own from a migrated template; the template is made once per set of migrations. */
export async function openDatabase(dir: string, contexts: readonly ContextDeclaration[]): Promise<TestDatabase> {
  const { url: serverUrl, stop } = await server(dir);
  // Every migration's text, the platform's own among them: a changed one makes another template.
  const { migrations } = createDataSource({ urlFile: await nowhere(dir), poolSize: 2 }, contexts).options;
  const names = (migrations as unknown as readonly (() => unknown)[]).map((migration) => `${migration.name}:${migration.toString()}`);
  const grants = JSON.stringify([platformGrants, ...contexts.map((context) => context.grants)]);
  const template = `template_${createHash('sha256')
    .update([...names, ...guardsOf(contexts), grants].join('\n'))
    .digest('hex')
    .slice(0, 16)}`;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock(4711)');
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (found.rowCount === 0) await makeTemplate(client, dir, serverUrl, template, contexts);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER ${owner}`);
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
    for (const application of applications) await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${roles[application].name}`);
    await client.query('SELECT pg_advisory_unlock(4711)');
  });
  const urlFile = join(dir, 'database.url');
  const url = named(serverUrl, name);
  await writeFile(urlFile, url, { mode: 0o600 });
  const urlFiles = Object.fromEntries(applications.map((one) => [one, join(dir, `database.${one}.url`)])) as Record<Application, string>;
  for (const one of applications) await writeFile(urlFiles[one], urlOf(url, { user: roles[one].name, password }), { mode: 0o600 });
  return {
    urlFile,
    url,
    urlFiles,
    owner,
    drop: async () => {
      await onServer(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)).catch(() => undefined);
      await stop();
    },
  };
}

async function makeTemplate(
  client: pg.Client,
  dir: string,
  serverUrl: string,
  template: string,
  contexts: readonly ContextDeclaration[],
): Promise<void> {
  for (const name of [owner, ...applications.map((application) => roles[application].name)]) await createRole(serverUrl, name, password);
  const making = `${template}_new`;
  await client.query(`DROP DATABASE IF EXISTS ${making} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${making} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C' OWNER ${owner}`);
  const urlFile = join(dir, 'template.url');
  await writeFile(urlFile, urlOf(serverUrl, { user: owner, password, database: making }), { mode: 0o600 });
  await installSchema(
    {
      database: { urlFile, ownerUrlFile: urlFile, roles, poolSize: 2 },
      queue: { kind: 'postgres', urlFile, schema: 'bullmq' },
      limits: defaultLimits,
    },
    contexts,
  );
  await client.query(`ALTER DATABASE ${making} RENAME TO ${template}`);
}
