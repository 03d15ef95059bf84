import type { ContextDeclaration } from '#kernel';
import { createDataSource, guardsOf, migrate } from '#platform/database';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../deploy/embedded/servers/postgres.js';

export interface TestDatabase {
  /** File that holds the connection URL, as the configuration wants it. */
  readonly urlFile: string;
  readonly url: string;
  drop(): Promise<void>;
}

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
  const { migrations } = createDataSource({ urlFile: await nowhere(dir), poolSize: 2, statementTimeoutMs: 0 }, contexts).options;
  const names = (migrations as unknown as readonly (() => unknown)[]).map((migration) => `${migration.name}:${migration.toString()}`);
  const template = `template_${createHash('sha256')
    .update([...names, ...guardsOf(contexts)].join('\n'))
    .digest('hex')
    .slice(0, 16)}`;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock(4711)');
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (found.rowCount === 0) await makeTemplate(client, dir, serverUrl, template, contexts);
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    await client.query('SELECT pg_advisory_unlock(4711)');
  });
  const urlFile = join(dir, 'database.url');
  const url = named(serverUrl, name);
  await writeFile(urlFile, url, { mode: 0o600 });
  return {
    urlFile,
    url,
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
  const making = `${template}_new`;
  await client.query(`DROP DATABASE IF EXISTS ${making} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${making} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`);
  const urlFile = join(dir, 'template.url');
  await writeFile(urlFile, named(serverUrl, making), { mode: 0o600 });
  const dataSource = await createDataSource({ urlFile, poolSize: 2, statementTimeoutMs: 60_000 }, contexts).initialize();
  try {
    await migrate(dataSource, contexts);
  } finally {
    await dataSource.destroy();
  }
  await client.query(`ALTER DATABASE ${making} RENAME TO ${template}`);
}
