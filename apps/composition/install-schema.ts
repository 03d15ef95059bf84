import type { ContextDeclaration } from '#kernel';
import { applyGrants, asOwner, createDataSource, migrate, platformGrants } from '#platform/database';
import { queueSchema } from '#platform/queue';
import type { OpdomainConfig } from './config.js';

/**
 * As the owner of the tables: runs what has not run, the queue's own migrations where it lives in the database, then grants.
 * @returns the names that ran.
 */
export async function installSchema(
  config: Pick<OpdomainConfig, 'database' | 'queue' | 'limits'>,
  contexts: readonly ContextDeclaration[],
): Promise<readonly string[]> {
  const connecting = asOwner(config.database, config.limits);
  const dataSource = await createDataSource(connecting, contexts, 'opdomain-migrate').initialize();
  try {
    const ran = await migrate(dataSource, contexts, config.limits.migrations);
    const libraries = await queueSchema(config.queue, connecting.urlFile, connecting.limits);
    await applyGrants(dataSource, config.database.roles, [platformGrants, ...contexts.map((context) => context.grants)], libraries);
    return ran;
  } finally {
    await dataSource.destroy();
  }
}
