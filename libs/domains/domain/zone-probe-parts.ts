import type { Probe } from './probes.js';
import type { ClusterRule } from './rules.js';
import type { Zone } from './zone.js';

export interface ProbedZone {
  readonly namespace: string;
  readonly zone: Zone;
  readonly domainId: string;
  /** A name no object has: what must never be made is asked for under it. */
  readonly probeTarget: string;
  readonly prober: string;
  readonly probeImage: string;
}

export const dryRun = { dryRun: 'All' } as const;
export const refused = (rule: ClusterRule): Probe['expect'] => ({ status: 403, reason: 'Forbidden', says: ['denied request', `${rule}:`] });
export const lacks = (...says: readonly string[]): Probe['expect'] => ({ status: 403, reason: 'Forbidden', says });
export const core = (zone: ProbedZone): string => `/api/v1/namespaces/${zone.namespace}`;
export const byProber = (
  wall: Probe['wall'],
  name: string,
  requirements: readonly string[],
  request: Probe['request'],
  expect: Probe['expect'],
): Probe => ({
  name,
  wall,
  requirements,
  asker: 'prober',
  request,
  expect,
});
export const byRule = (rule: ClusterRule, name: string, requirements: readonly string[], request: Probe['request']): Probe =>
  byProber(rule, name, requirements, request, refused(rule));

export const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } as const;
export const create = (
  zone: ProbedZone,
  resource: string,
  object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly spec: unknown;
    readonly labels?: Readonly<Record<string, string>>;
  },
): Probe['request'] => ({
  method: 'POST',
  path: `${core(zone)}/${resource}`,
  query: dryRun,
  body: {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: { name: 'opdomain-probe', ...(object.labels ? { labels: object.labels } : {}) },
    spec: object.spec,
  },
});
