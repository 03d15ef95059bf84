import { podProbes } from './pod-probes.js';
import type { Probe } from './probes.js';
import { byProber, byRule, core, create, dryRun, restricted, lacks, refused, type ProbedZone } from './zone-probe-parts.js';

export type { ProbedZone };

/** Every wall of a zone, from inside it (its prober account) and from the operator's side. */
export const zoneProbes = (zone: ProbedZone, strangers: readonly string[]): readonly Probe[] => [
  ...waysIn(zone),
  ...podProbes(zone),
  ...wallProbes(zone),
  ...strangers.flatMap((namespace) => strangerProbes(zone, namespace)),
  ...ownRights(zone),
];

const waysIn = (zone: ProbedZone): readonly Probe[] => {
  const pod = `${core(zone)}/pods/${zone.probeTarget}`;
  return [
    byRule('opdomain/no-exec', 'exec', ['ISO-03', 'ISO-05'], {
      method: 'POST',
      path: `${pod}/exec`,
      query: { command: 'id', stdout: 'true' },
    }),
    byRule('opdomain/no-exec', 'attach', ['ISO-03', 'ISO-05'], { method: 'POST', path: `${pod}/attach`, query: { stdout: 'true' } }),
    byRule('opdomain/no-exec', 'port-forward', ['ISO-05'], { method: 'POST', path: `${pod}/portforward`, query: { ports: '80' } }),
    byRule('opdomain/no-exec', 'pod-proxy', ['ISO-05'], { method: 'GET', path: `${pod}/proxy/` }),
    byRule('opdomain/no-exec', 'service-proxy', ['ISO-05'], { method: 'GET', path: `${core(zone)}/services/${zone.probeTarget}/proxy/` }),
    byRule('opdomain/no-ephemeral-containers', 'debug-container', ['ISO-03'], {
      method: 'PATCH',
      path: `${pod}/ephemeralcontainers`,
      query: dryRun,
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { ephemeralContainers: [{ name: 'debug', image: zone.probeImage, securityContext: restricted }] } },
    }),
    byRule('opdomain/no-tokens', 'workload-token', ['ISO-02'], {
      method: 'POST',
      path: `${core(zone)}/serviceaccounts/opdomain-workload/token`,
      query: dryRun,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } },
    }),
    byRule(
      'opdomain/no-outside-service',
      'node-port',
      ['ISO-01', 'ISO-05'],
      create(zone, 'services', { apiVersion: 'v1', kind: 'Service', spec: { type: 'NodePort', ports: [{ port: 80 }] } }),
    ),
    byRule(
      'opdomain/no-outside-service',
      'load-balancer',
      ['ISO-01', 'ISO-05'],
      create(zone, 'services', { apiVersion: 'v1', kind: 'Service', spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } }),
    ),
    byRule(
      'opdomain/no-outside-service',
      'external-name',
      ['ISO-01', 'ISO-05'],
      create(zone, 'services', { apiVersion: 'v1', kind: 'Service', spec: { type: 'ExternalName', externalName: 'example.com' } }),
    ),
    byRule('opdomain/no-ingress', 'ingress', ['ISO-01', 'ISO-05'], {
      method: 'POST',
      path: `/apis/networking.k8s.io/v1/namespaces/${zone.namespace}/ingresses`,
      query: dryRun,
      body: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'opdomain-probe' },
        spec: { defaultBackend: { service: { name: 'any', port: { number: 80 } } } },
      },
    }),
  ];
};

const mergePatch = 'application/merge-patch+json';
const wallProbes = (zone: ProbedZone): readonly Probe[] => {
  const itself = (labels: Readonly<Record<string, string | null>>): Probe['request'] => ({
    method: 'PATCH',
    path: core(zone),
    query: dryRun,
    contentType: mergePatch,
    body: { metadata: { labels } },
  });
  return [
    byRule('opdomain/operator-only', 'remove-default-deny', ['ISO-01'], {
      method: 'DELETE',
      path: `/apis/networking.k8s.io/v1/namespaces/${zone.namespace}/networkpolicies/default-deny`,
      query: dryRun,
    }),
    byRule('opdomain/operator-only', 'open-network', ['ISO-01'], {
      method: 'POST',
      path: `/apis/networking.k8s.io/v1/namespaces/${zone.namespace}/networkpolicies`,
      query: dryRun,
      body: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'opdomain-probe' },
        spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
      },
    }),
    byRule('opdomain/operator-only', 'bind-role', ['ISO-02', 'ACC-02'], {
      method: 'POST',
      path: `/apis/rbac.authorization.k8s.io/v1/namespaces/${zone.namespace}/rolebindings`,
      query: dryRun,
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'opdomain-probe' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'opdomain-workload' },
        subjects: [{ kind: 'ServiceAccount', name: zone.prober, namespace: zone.namespace }],
      },
    }),
    byRule('opdomain/operator-only', 'lift-pod-security', ['ISO-03'], itself({ 'pod-security.kubernetes.io/enforce': 'privileged' })),
    byRule('opdomain/operator-only', 'change-zone', ['ISO-03'], itself({ 'opdomain.cn/zone': zone.zone === 'dev' ? 'prod' : 'dev' })),
    byRule('opdomain/operator-only', 'drop-zone-label', ['ISO-03'], itself({ 'opdomain.cn/zone': null })),
    byRule('opdomain/operator-only', 'delete-namespace', ['ISO-02'], { method: 'DELETE', path: core(zone), query: dryRun }),
    ...(['change-zone', 'lift-pod-security'] as const).map((name): Probe => ({
      ...{ name: `operator-${name}`, asker: 'operator', requirements: ['ISO-03'] },
      wall: name === 'change-zone' ? 'opdomain/zone-fixed' : 'opdomain/pod-security',
      request: itself(
        name === 'change-zone'
          ? { 'opdomain.cn/zone': zone.zone === 'dev' ? 'prod' : 'dev' }
          : { 'pod-security.kubernetes.io/enforce': 'privileged' },
      ),
      expect: refused(name === 'change-zone' ? 'opdomain/zone-fixed' : 'opdomain/pod-security'),
    })),
  ];
};

/** Another zone, of whatever domain or unit: not a thing of it can be read, and its existence is not confirmed (ISO-02). */
const strangerProbes = (zone: ProbedZone, namespace: string): readonly Probe[] =>
  ['pods', 'secrets', 'persistentvolumeclaims', 'configmaps'].map((resource) =>
    byProber(
      'rbac',
      `stranger-list-${resource}@${namespace}`,
      ['ISO-01', 'ISO-02'],
      { method: 'GET', path: `/api/v1/namespaces/${namespace}/${resource}` },
      lacks(
        `system:serviceaccount:${zone.namespace}:${zone.prober}`,
        `cannot list resource "${resource}"`,
        `in the namespace "${namespace}"`,
      ),
    ),
  );

const ownRights = (zone: ProbedZone): readonly Probe[] => [
  byProber(
    'rbac',
    'read-logs',
    ['ISO-05'],
    { method: 'GET', path: `${core(zone)}/pods/${zone.probeTarget}/log` },
    lacks('cannot get resource "pods/log"'),
  ),
  byProber('rbac', 'list-secrets', ['ISO-02'], { method: 'GET', path: `${core(zone)}/secrets` }, lacks('cannot list resource "secrets"')),
  byProber(
    'rbac',
    'list-namespaces',
    ['ISO-02'],
    { method: 'GET', path: '/api/v1/namespaces' },
    lacks('cannot list resource "namespaces"', 'at the cluster scope'),
  ),
  byProber(
    'rbac',
    'node-proxy',
    ['ISO-05'],
    { method: 'GET', path: '/api/v1/nodes/any-node/proxy/metrics' },
    lacks('cannot get resource "nodes/proxy"'),
  ),
  {
    name: 'operator-secrets-elsewhere',
    wall: 'rbac',
    requirements: ['ISO-02'],
    asker: 'operator',
    request: { method: 'GET', path: '/api/v1/namespaces/kube-system/secrets' },
    expect: lacks('cannot list resource "secrets"'),
  },
  {
    name: 'operator-binding-elsewhere',
    wall: 'opdomain/operator-bounds',
    requirements: ['ISO-02'],
    asker: 'operator',
    request: {
      method: 'POST',
      path: '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings',
      query: dryRun,
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'opdomain-probe' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'opdomain-workload' },
        subjects: [],
      },
    },
    expect: refused('opdomain/operator-bounds'),
  },
];
