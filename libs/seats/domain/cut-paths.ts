/** Every way in which a seat reaches anything (proofs: revocation receipt). A receipt has a row for each. */
export const cutPaths = [
  'api-tokens',
  'console-sessions',
  'gateway-http',
  'gateway-websocket',
  'workspace-pods',
  'service-account-tokens',
  'cluster-bindings',
  'key-leases',
  'download-links',
  'queued-jobs',
  'running-jobs',
] as const;
export type CutPathName = (typeof cutPaths)[number];

/** Why a seat's paths are cut. */
export const cutCauses = ['revoked', 'paused'] as const;
export type CutCause = (typeof cutCauses)[number];
