import { createDataSource, migrate } from '#platform/database';
import { join } from 'node:path';
import { contexts } from '../../../apps/composition/contexts.js';
import { keptSecret, writePrivate } from '../processes/files.js';
import { Teardown } from '../processes/teardown.js';
import { startIssuer, type EmbeddedIssuer } from '../issuer/issuer.js';
import { createDatabase, createRole, startPostgres, urlOf } from '../servers/index.js';
import { ensureCluster, openCluster, type EmbeddedCluster } from './cluster.js';
import { ensureBubblewrap, ToolUnavailableError } from '../tools/index.js';
import type { StartOptions } from './embedded.js';

/** What every profile of ours stands on: PostgreSQL with the product's database, the issuer, a cluster with the policies installed. */
export interface Foundations {
  readonly databaseUrl: string;
  readonly issuer: EmbeddedIssuer;
  readonly cluster: EmbeddedCluster;
  stop(): Promise<void>;
}

const database = 'opdomain';

/** Starts them in order; what was started is stopped again when a later one cannot be. Migrations run explicitly, before anything else. */
export async function layFoundations({ dir, report, say, signal }: StartOptions): Promise<Foundations> {
  await ensureCluster(report, signal);
  await ensureBubblewrap(report).catch((fault: unknown) => {
    if (!(fault instanceof ToolUnavailableError)) throw fault;
    say(fault.message); // on a developer's own computer the engine then runs without walls, and its evidence says so
  });
  const started = new Teardown();
  const stands = (what: string): void => {
    say(what);
    signal?.throwIfAborted();
  };
  try {
    const postgres = await startPostgres({ dir: join(dir, 'postgres'), signal });
    started.add(() => postgres.stop());
    const password = await keptSecret(dir, 'database-password');
    await createRole(postgres.url, database, password);
    await createDatabase(postgres.url, database, { owner: database });
    const databaseUrl = urlOf(postgres.url, { user: database, password, database });
    stands('PostgreSQL');
    await writePrivate(join(dir, 'secrets', 'database.url'), databaseUrl);
    const dataSource = await createDataSource(
      { urlFile: join(dir, 'secrets', 'database.url'), poolSize: 2, statementTimeoutMs: 60_000 },
      contexts,
      'opdomain-migrate',
    ).initialize();
    await migrate(dataSource, contexts).finally(() => dataSource.destroy());
    stands('schema');
    const issuer = await startIssuer(dir, databaseUrl);
    started.add(() => issuer.close());
    stands('OIDC issuer');
    const cluster = await openCluster(dir, report, signal);
    started.add(() => cluster.stop());
    stands(`Kubernetes ${cluster.version}`);
    return { databaseUrl, issuer, cluster, stop: started.end };
  } catch (fault) {
    await started.end();
    throw fault;
  }
}
