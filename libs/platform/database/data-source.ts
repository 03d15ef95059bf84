import { readFileSync } from 'node:fs';
import type { ContextDeclaration } from '#kernel';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { PlatformConnections1763700001000 } from './migrations/connections.js';
import { PlatformReplicas1763800080000 } from './migrations/replicas.js';
import { PlatformTables1763700000000 } from './migrations/platform-tables.js';

/** `urlFile` holds the whole connection URL with its password; a URL in the configuration itself must carry none. */
export const databaseConfig = z
  .object({
    urlFile: z.string().describe('File with the PostgreSQL connection URL (15 or newer)'),
    poolSize: z.number().int().min(2).max(100).default(10),
    statementTimeoutMs: z.number().int().min(0).default(30_000),
  })
  .strict();
export type DatabaseConfig = z.infer<typeof databaseConfig>;

export const databaseUrl = (config: DatabaseConfig): string => readFileSync(config.urlFile, 'utf8').trim();

/** One data source over all contexts' entities and migrations; migrations run only when asked (`migrate`). */
export function createDataSource(
  config: DatabaseConfig,
  contexts: readonly ContextDeclaration[],
  applicationName = 'opdomain',
): DataSource {
  type Classes = (new () => object)[];
  return new DataSource({
    type: 'postgres',
    url: databaseUrl(config),
    applicationName,
    entities: contexts.flatMap((context) => context.entities) as unknown as Classes,
    migrations: [
      PlatformTables1763700000000,
      PlatformConnections1763700001000,
      PlatformReplicas1763800080000,
      ...(contexts.flatMap((context) => context.migrations) as unknown as Classes),
    ] as never,
    migrationsTableName: 'opdomain_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    extra: { max: config.poolSize, statement_timeout: config.statementTimeoutMs },
  });
}

/** Runs what has not run, oldest first, each in its own transaction. Two at once: the second waits. @returns the names that ran. */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const guard = dataSource.createQueryRunner();
  try {
    await guard.query(`SELECT pg_advisory_lock(hashtext('opdomain.migrations'))`);
    return (await dataSource.runMigrations()).map((migration) => migration.name);
  } finally {
    await guard.query(`SELECT pg_advisory_unlock(hashtext('opdomain.migrations'))`);
    await guard.release();
  }
}
