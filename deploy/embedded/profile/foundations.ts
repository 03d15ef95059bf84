import { applications, type Application } from '#kernel';
import { defaultLimits } from '#platform/config';
import { rolesConfig } from '#platform/database';
import { join } from 'node:path';
import { contexts } from '../../../apps/composition/contexts.js';
import { installSchema } from '../../../apps/composition/install-schema.js';
import { keptSecret, writePrivate } from '../processes/files.js';
import { Teardown } from '../processes/teardown.js';
import { startIssuer, type EmbeddedIssuer } from '../issuer/issuer.js';
import { createDatabase, createRole, startPostgres, urlOf } from '../servers/index.js';
import { ensureCluster, openCluster, type EmbeddedCluster } from './cluster.js';
import { ensureBubblewrap, ToolUnavailableError } from '../tools/index.js';
import type { StartOptions } from './embedded.js';

/** What every profile of ours stands on: PostgreSQL with the product's database, the issuer, a cluster with the policies installed. */
export interface Foundations {
  /** Files with the connection of each process's role. */
  readonly databaseUrlFiles: Readonly<Record<Application, string>>;
  readonly issuer: EmbeddedIssuer;
  readonly cluster: EmbeddedCluster;
  stop(): Promise<void>;
}

const database = 'opdomain';

/**
 * The product's database, its owner, a role for each process, and a database of the issuer's own.
 * @returns files with the connection of each; of the issuer, which is given it by us, the connection.
 */
async function openDatabases(dir: string, url: string): Promise<Record<Application | 'owner' | 'issuer', string>> {
  const connecting = async (user: string, of: string): Promise<string> => {
    const password = await keptSecret(dir, `database-password-${user}`);
    await createRole(url, user, password);
    return urlOf(url, { user, password, database: of });
  };
  const kept = async (name: string, connection: string): Promise<string> => {
    const file = join(dir, 'secrets', `database.${name}.url`);
    await writePrivate(file, connection);
    return file;
  };
  const owner = await kept('owner', await connecting(database, database));
  await createDatabase(url, database, { owner: database });
  const issuer = await connecting('opdomain_issuer', 'opdomain_issuer');
  await createDatabase(url, 'opdomain_issuer', { owner: 'opdomain_issuer' });
  const roles = rolesConfig.parse(undefined);
  const of = Object.fromEntries(
    await Promise.all(applications.map(async (one) => [one, await kept(one, await connecting(roles[one].name, database))] as const)),
  ) as Record<Application, string>;
  return { ...of, owner, issuer };
}

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
    const url = await openDatabases(dir, postgres.url);
    stands('PostgreSQL');
    await installSchema(
      {
        database: {
          urlFile: url.owner,
          ownerUrlFile: url.owner,
          roles: rolesConfig.parse(undefined),
          poolSize: 2,
        },
        queue: { kind: 'postgres', urlFile: url.worker, schema: 'bullmq' },
        limits: defaultLimits,
      },
      contexts,
    );
    stands('schema');
    const issuer = await startIssuer(dir, url.issuer);
    started.add(() => issuer.close());
    stands('OIDC issuer');
    const cluster = await openCluster(dir, report, signal);
    started.add(() => cluster.stop());
    stands(`Kubernetes ${cluster.version}`);
    return { databaseUrlFiles: url, issuer, cluster, stop: started.end };
  } catch (fault) {
    await started.end();
    throw fault;
  }
}
