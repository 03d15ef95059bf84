import type { Limits } from '#platform/config';

/**
 * Every file of the product that lets a call out of its process, and the row of the table of limits that ends it. A file that
 * is not here, and a row of which no client is tried against a silent peer, each make a test fail.
 */
export const outboundClients: Readonly<Record<string, readonly (keyof Limits)[]>> = {
  // The pools of API, worker, operator and key ledger, `migrate`, the truth of open transfers, the bell on PostgreSQL.
  'libs/platform/database/bounded-client.ts': ['database', 'migrations', 'access', 'bell'],
  'libs/platform/database/data-source.ts': ['database', 'migrations'],
  'libs/platform/queue/bell.ts': ['bell'],
  'libs/platform/keys/transit-client.ts': ['keys'],
  'libs/platform/keys/vault-requests.ts': ['keys'],
  'libs/platform/objects/s3-bucket.ts': ['objects'],
  'libs/platform/objects/s3-store.ts': ['objects'],
  'libs/platform/kube/connection.ts': ['cluster'],
  'libs/platform/kube/transport.ts': ['cluster'],
  'libs/platform/http/issuer-keys.ts': ['issuer'],
  'libs/platform/http/issuer-time.ts': ['issuer'],
  'libs/platform/http/canaries.ts': ['replicas'],
  'libs/platform/engine/bubblewrap.ts': ['engine'],
  'libs/platform/engine/launcher.ts': ['engine'],
  // A process like the engine's; the time that it has is its context's own, `coderuns.analysis.wallClockMs`.
  'libs/coderuns/application/analysis.ts': ['engine'],
  'libs/platform/telemetry/sdk.ts': ['telemetry'],
  'apps/cli/api/patience.ts': ['cli'],
  'apps/cli/session/device-login.ts': ['cli'],
};
