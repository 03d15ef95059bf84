/**
 * What a process rests on and can be without for a while. Work that meets one of them away waits for it: nothing is wrong with the work.
 * `operator`, `sandbox` and `scratch` are our own: the process that reaches the cluster, the engine's isolation, its memory.
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
] as const;
export type Dependency = (typeof dependencies)[number];
