import { readFileSync } from 'node:fs';
import { type ContextDeclaration } from '#kernel';
import { defaultLimits, type Limits } from '#platform/config';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Endings1763800070000 } from './migrations/endings.js';
import { PlatformConnections1763700001000 } from './migrations/connections.js';
import { boundedBy, type DatabaseLimits } from './bounded-client.js';
import { guardConnections } from './places.js';
import { keepStates } from './state-guard.js';
import { HeldEpochs1763900092000 } from './migrations/held-epochs.js';
import { GrownTables1763900061000 } from './migrations/grown-tables.js';
import { RisingEpochs1763900065000 } from './migrations/rising-epochs.js';
import { PlatformInstallation1763800010000 } from './migrations/installation.js';
import { PlatformReplicas1763800080000 } from './migrations/replicas.js';
import { PlatformTables1763700000000 } from './migrations/platform-tables.js';
import { PlatformConnectionEnds1763800090000 } from './migrations/connection-ends.js';
import { PlatformWorkLanes1763800000000 } from './migrations/work-lanes.js';
import { WaitingWork1763900010000 } from './migrations/waiting-work.js';
import { PlatformWorkers1763800190000 } from './migrations/workers.js';
import { KeptSecrets1763800020000 } from './migrations/kept-secrets.js';
import { rolesConfig } from './roles.js';
import { refuse } from './refusals.js';

/**
 * `urlFile` holds the whole connection URL with its password; a URL in the configuration itself must carry none. Each process has a
 * role and so a file of its own; the owner's is for `migrate` alone and is not given to any process.
 */
export const databaseConfig = z
  .object({
    urlFile: z.string().describe("File with the PostgreSQL connection URL (15 or newer) of this process's role"),
    ownerUrlFile: z.string().optional().describe('The same for the role that owns the tables: read by `migrate`, by nothing else'),
    roles: rolesConfig,
    poolSize: z.number().int().min(2).max(100).default(10),
  })
  .strict();
export type DatabaseConfig = z.infer<typeof databaseConfig>;
export interface Connecting extends Pick<DatabaseConfig, 'urlFile' | 'poolSize'> {
  /** The defaults where left out: no connection is without limits. */
  readonly limits?: DatabaseLimits;
}

/** As the owner of the tables, with a migration's limits. @throws Refusal `database.owner-missing`. */
export function asOwner(config: DatabaseConfig, { database, migrations }: Limits): Connecting & { readonly limits: DatabaseLimits } {
  if (config.ownerUrlFile === undefined) throw refuse('database.owner-missing');
  const { statementMs, lockMs, turnMs } = migrations;
  // The second of two waits for its turn in one statement.
  const answerMs = Math.max(statementMs, turnMs) + database.answerMs;
  return { urlFile: config.ownerUrlFile, poolSize: 2, limits: { ...database, statementMs, lockMs, answerMs } };
}

export const databaseUrl = (config: Connecting): string => readFileSync(config.urlFile, 'utf8').trim();

/** One data source over all contexts' entities and migrations; migrations run only when asked (`migrate`). */
export function createDataSource(config: Connecting, contexts: readonly ContextDeclaration[], applicationName = 'opdomain'): DataSource {
  type Classes = (new () => object)[];
  const dataSource = new DataSource({
    type: 'postgres',
    url: databaseUrl(config),
    applicationName,
    entities: contexts.flatMap((context) => context.entities) as unknown as Classes,
    migrations: [
      PlatformTables1763700000000,
      PlatformConnections1763700001000,
      PlatformWorkLanes1763800000000,
      PlatformConnectionEnds1763800090000,
      Endings1763800070000,
      KeptSecrets1763800020000,
      PlatformInstallation1763800010000,
      PlatformReplicas1763800080000,
      PlatformWorkers1763800190000,
      WaitingWork1763900010000,
      GrownTables1763900061000,
      RisingEpochs1763900065000,
      HeldEpochs1763900092000,
      ...(contexts.flatMap((context) => context.migrations) as unknown as Classes),
    ] as never,
    migrationsTableName: 'opdomain_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    logging: false,
    extra: { max: config.poolSize, ...boundedBy(config.limits ?? defaultLimits.database) },
  });
  return guardConnections(dataSource);
}

/** Runs what has not run, oldest first, each in its own transaction, and then sets the guards of the contexts' states. Two at once: the second waits. @returns the names that ran. */
export async function migrate(
  dataSource: DataSource,
  contexts: readonly ContextDeclaration[],
  { turnMs }: Limits['migrations'] = defaultLimits.migrations,
): Promise<string[]> {
  const guard = dataSource.createQueryRunner();
  try {
    // The turn is waited for longer than any other lock.
    await guard.query(`SELECT set_config('lock_timeout', $1, false), set_config('statement_timeout', $1, false)`, [String(turnMs)]);
    await guard.query(`SELECT pg_advisory_lock(hashtext('opdomain.migrations'))`);
    await guard.query('RESET lock_timeout');
    await guard.query('RESET statement_timeout');
    const ran = (await dataSource.runMigrations()).map((migration) => migration.name);
    await keepStates(dataSource, guard, contexts);
    return ran;
  } finally {
    await guard.query(`SELECT pg_advisory_unlock(hashtext('opdomain.migrations'))`);
    await guard.release();
  }
}
