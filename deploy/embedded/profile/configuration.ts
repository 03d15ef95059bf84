import { createMasterKeyFile } from '#platform/keys';
import { join } from 'node:path';
import type { OpdomainConfig } from '../../../apps/composition/config.js';
import { isThere, writePrivate } from '../processes/files.js';
import { keptPort } from '../processes/ports.js';
import { audience } from '../issuer/issuer.js';
import { scratchOf } from './scratch.js';

/** Where the parts of one profile are; secrets stand in files of 0600. */
export interface ProfileParts {
  readonly dir: string;
  readonly databaseUrl: string;
  readonly issuer: string;
  readonly kubeconfig: string;
  readonly logLevel: OpdomainConfig['telemetry']['logLevel'];
  /** Ports' production sides instead of the embedded ones. */
  readonly ports?: Partial<Pick<OpdomainConfig, 'queue' | 'keys' | 'objects'>>;
}

/** The configuration of a profile, as an operator would write it in a file. */
export async function configurationOf(parts: ProfileParts): Promise<Record<string, unknown>> {
  const urlFile = join(parts.dir, 'secrets', 'database.url');
  await writePrivate(urlFile, parts.databaseUrl);
  const masterKeyFile = join(parts.dir, 'secrets', 'master.key');
  if (parts.ports?.keys === undefined && !(await isThere(masterKeyFile))) await createMasterKeyFile(masterKeyFile);
  return {
    database: { urlFile },
    queue: parts.ports?.queue ?? { kind: 'postgres', urlFile },
    keys: parts.ports?.keys ?? { kind: 'file', path: join(parts.dir, 'keys'), masterKeyFile },
    objects: parts.ports?.objects ?? { kind: 'folder', path: join(parts.dir, 'objects') },
    cluster: { kubeconfig: parts.kubeconfig },
    engine: { scratchRoot: scratchOf(parts.dir) },
    http: { port: await keptPort(parts.dir, 'api'), requestsPerMinute: 60_000 },
    oidc: { issuer: parts.issuer, audience },
    telemetry: { logLevel: parts.logLevel },
  };
}
