import { chmod, chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { isThere, keptSecret, readIfThere } from '../processes/files.js';
import { keptPort } from '../processes/ports.js';
import { endLeftover, supervise } from '../processes/supervise.js';
import { TiedRunError, tiedRun } from '../processes/tied-spawn.js';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { blockedFor, databaseUser, type SystemUser } from './system-user.js';

export interface PostgresOptions {
  readonly dir: string;
  /** false: nothing waits for the disk, for databases that are thrown away. */
  readonly durable?: boolean;
  /** Further arguments of the server, such as `-c max_connections=300`, each word on its own. */
  readonly extraFlags?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface Postgres {
  /** Of the superuser and its database; holds the password. Applications get a role of their own (postgres-roles.ts). */
  readonly url: string;
  readonly port: number;
  readonly pids: { readonly postgres: number };
  stop(): Promise<void>;
}

const signals = ['SIGINT', 'SIGQUIT'] as const; // fast, then immediate shutdown
const careless = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];

/** PostgreSQL on 127.0.0.1, with passwords (SCRAM) for everyone and no socket; a second start on the folder finds its data. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const user = await databaseUser();
  if (user !== undefined) await openWay(user, dir);
  const binaries = await postgresBinaries(user);
  await endLeftover(dir, 'postgres', signals);
  const password = await keptSecret(dir, 'postgres.password');
  const data = join(dir, 'postgres');
  if (!(await isThere(data))) await initialise(dir, data, binaries, password, user);
  const made = (await readIfThere(join(data, 'PG_VERSION')))?.trim();
  if (made !== binaries.major)
    throw new Error(`${data} was made by PostgreSQL ${made ?? '?'}; this is ${binaries.major}: pg_upgrade it, or dump and restore`);

  const port = await keptPort(dir, 'postgres');
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`;
  const server = await supervise({
    name: 'postgres',
    dir,
    command: binaries.postgres,
    args: [
      ...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ...((options.durable ?? true) ? [] : careless),
      ...(options.extraFlags ?? []),
    ],
    ...(user && { user: { uid: user.uid, gid: user.gid } }),
    ready: () => answers(url),
    readyWithinSeconds: 60,
    stopSignals: signals,
    onOrphaned: 'INT',
    stopWithinSeconds: 20,
    signal: options.signal,
  });
  return { url, port, pids: { postgres: server.pid }, stop: () => server.stop() };
}

async function answers(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Our own folder we may open for passing through; what lies above it belongs to others. */
async function openWay(user: SystemUser, dir: string): Promise<void> {
  await chmod(dir, ((await stat(dir)).mode & 0o777) | 0o011);
  const blocked = await blockedFor(user, dir);
  if (blocked === undefined) return;
  throw new Error(
    `PostgreSQL runs as the user ${user.name}, who cannot pass through ${blocked}. Choose a folder elsewhere (such as /var/lib/opdomain), allow it (chmod o+x ${blocked}), or do not run as root.`,
  );
}

/** In a folder beside the final one, so that an initialisation that was cut off leaves nothing that looks like a database. */
async function initialise(
  dir: string,
  data: string,
  binaries: PostgresBinaries,
  password: string,
  user: SystemUser | undefined,
): Promise<void> {
  // Beside the data, since the folder of secrets is closed to the user who runs this.
  const [draft, passwordFile] = [`${data}.new`, `${data}.initial-password`];
  for (const left of [draft, passwordFile]) await rm(left, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    if (user !== undefined) for (const path of [draft, passwordFile]) await chown(path, user.uid, user.gid);
    const flags = [
      `--pgdata=${draft}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
    ];
    await tiedRun(binaries.initdb, flags, 'TERM', {
      cwd: dir,
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      ...(user && { uid: user.uid, gid: user.gid }),
    }).catch((error: unknown) => {
      throw error instanceof TiedRunError ? new Error(`initdb failed: ${error.message}`, { cause: error }) : error;
    });
    await rename(draft, data);
  } finally {
    await rm(passwordFile, { force: true });
  }
}
