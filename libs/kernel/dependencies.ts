/**
 * What a process rests on and can be without for a while. Work that meets one of them away waits for it: nothing is wrong with the work.
 * `operator`, `sandbox` and `scratch` are our own: the process that reaches the cluster, the engine's isolation, its memory. `clock` is that
 * the time is known well enough to sign.
 */
export const dependencies = [
  'database',
  'key-store',
  'object-store',
  'cluster',
  'operator',
  'issuer',
  'sandbox',
  'scratch',
  'audit-tree',
  'clock',
] as const;
export type Dependency = (typeof dependencies)[number];
