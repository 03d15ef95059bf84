import { scramVerifier } from '#platform/database';
import pg from 'pg';

/** The same server under another user or database. Absent parts stay as they are. */
export function urlOf(url: string, change: { readonly user?: string; readonly password?: string; readonly database?: string }): string {
  const changed = new URL(url);
  if (change.user !== undefined) changed.username = encodeURIComponent(change.user);
  if (change.password !== undefined) changed.password = encodeURIComponent(change.password);
  if (change.database !== undefined) changed.pathname = `/${encodeURIComponent(change.database)}`;
  return changed.href;
}

/**
 * A role that may log in and owns nothing yet; a known one gets the password given.
 * @param url of a superuser.
 */
export async function createRole(url: string, name: string, password: string): Promise<void> {
  await connected(url, async (client) => {
    const known = await client.query('select 1 from pg_roles where rolname = $1', [name]);
    const verb = known.rowCount === 0 ? 'CREATE' : 'ALTER';
    // The server gets the verifier, not the password: a statement may end up in its log.
    const rights = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
    await client.query(`${verb} ROLE ${client.escapeIdentifier(name)} ${rights} PASSWORD ${client.escapeLiteral(scramVerifier(password))}`);
  });
}

/**
 * A database that only its owner (and superusers) can connect to; nothing happens where it is there already.
 * @param url of a superuser.
 * @returns the URL of that database under the same user.
 */
export async function createDatabase(
  url: string,
  name: string,
  more: { readonly owner?: string; readonly template?: string } = {},
): Promise<string> {
  await connected(url, async (client) => {
    const known = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (known.rowCount !== 0) return;
    const database = client.escapeIdentifier(name);
    const owner = more.owner === undefined ? '' : ` OWNER ${client.escapeIdentifier(more.owner)}`;
    const template = more.template === undefined ? '' : ` TEMPLATE ${client.escapeIdentifier(more.template)}`;
    await client.query(`CREATE DATABASE ${database}${owner}${template}`);
    await client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  });
  return urlOf(url, { database: name });
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
