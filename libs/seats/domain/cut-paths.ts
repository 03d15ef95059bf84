/** Every way in which a seat reaches anything (proofs: revocation receipt). A receipt has a row for each that exists. */
export const cutPaths = [
  'api-tokens',
  'console-sessions',
  'gateway-connections',
  'workspace-pods',
  'cluster-bindings',
  'key-leases',
  'download-links',
  'queued-jobs',
  'running-jobs',
] as const;
