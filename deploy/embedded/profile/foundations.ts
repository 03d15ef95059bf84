import { createDataSource, migrate } from '#platform/database';
import { join } from 'node:path';
import { contexts } from '../../../apps/composition/contexts.js';
import { keptSecret, writePrivate } from '../processes/files.js';
import { startIssuer, type EmbeddedIssuer } from '../issuer/issuer.js';
import { createDatabase, createRole, startPostgres, urlOf } from '../servers/index.js';
import type { Report } from '../tools/index.js';
import { openCluster, type EmbeddedCluster } from './cluster.js';

/** What every profile of ours stands on: PostgreSQL with the product's database, the issuer, a cluster with the policies installed. */
export interface Foundations {
  readonly databaseUrl: string;
  readonly issuer: EmbeddedIssuer;
  readonly cluster: EmbeddedCluster;
  stop(): Promise<void>;
}

const database = 'opdomain';

/** Starts them in order; what was started is stopped again when a later one cannot be. Migrations run explicitly, before anything else. */
export async function layFoundations(dir: string, report: Report, say: (what: string) => void): Promise<Foundations> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each().catch(() => undefined);
  };
  try {
    const postgres = await startPostgres({ dir: join(dir, 'postgres') });
    stops.push(() => postgres.stop());
    const password = await keptSecret(dir, 'database-password');
    await createRole(postgres.url, database, password);
    await createDatabase(postgres.url, database, { owner: database });
    const databaseUrl = urlOf(postgres.url, { user: database, password, database });
    say('PostgreSQL');
    await writePrivate(join(dir, 'secrets', 'database.url'), databaseUrl);
    const dataSource = await createDataSource(
      { urlFile: join(dir, 'secrets', 'database.url'), poolSize: 2, statementTimeoutMs: 60_000 },
      contexts,
      'opdomain-migrate',
    ).initialize();
    await migrate(dataSource).finally(() => dataSource.destroy());
    say('schema');
    const issuer = await startIssuer(dir, databaseUrl);
    stops.push(() => issuer.close());
    say('OIDC issuer');
    const cluster = await openCluster(dir, report);
    stops.push(() => cluster.stop());
    say(`Kubernetes ${cluster.version}`);
    return { databaseUrl, issuer, cluster, stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}
