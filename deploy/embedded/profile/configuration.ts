import type { Application } from '#kernel';
import { createMasterKeyFile } from '#platform/keys';
import { join } from 'node:path';
import type { OpdomainConfig } from '../../../apps/composition/config.js';
import { isThere } from '../processes/files.js';
import { keptPort } from '../processes/ports.js';
import { audience } from '../issuer/issuer.js';
import { scratchOf } from './scratch.js';

/** Where the parts of one profile are; secrets stand in files of 0600. */
export interface ProfileParts {
  readonly dir: string;
  readonly databaseUrlFiles: Readonly<Record<Application, string>>;
  readonly issuer: string;
  readonly kubeconfig: string;
  readonly logLevel: OpdomainConfig['telemetry']['logLevel'];
  /** Ports' production sides instead of the embedded ones. */
  readonly ports?: Partial<Pick<OpdomainConfig, 'queue' | 'keys' | 'objects'>>;
}

/** The configuration of a profile, as an operator would write it in a file; each process is given its own `database.urlFile` beside it. */
export async function configurationOf(parts: ProfileParts): Promise<Record<string, unknown>> {
  const masterKeyFile = join(parts.dir, 'secrets', 'master.key');
  if (parts.ports?.keys === undefined && !(await isThere(masterKeyFile))) await createMasterKeyFile(masterKeyFile);
  return {
    database: { urlFile: parts.databaseUrlFiles.api },
    queue: parts.ports?.queue ?? { kind: 'postgres', urlFile: parts.databaseUrlFiles.worker },
    keys: parts.ports?.keys ?? { kind: 'file', path: join(parts.dir, 'keys'), masterKeyFile },
    objects: parts.ports?.objects ?? { kind: 'folder', path: join(parts.dir, 'objects') },
    cluster: { kubeconfig: parts.kubeconfig },
    engine: { scratchRoot: scratchOf(parts.dir), sandbox: 'preferred' },
    http: { port: await keptPort(parts.dir, 'api'), requestsPerMinute: 60_000 },
    oidc: { issuer: parts.issuer, audience },
    telemetry: { logLevel: parts.logLevel },
  };
}
