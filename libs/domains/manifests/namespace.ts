import type { ZoneSpec } from '../domain/zone.js';
import type { LimitRange, Namespace, NetworkPolicy, Pod, ResourceQuota } from './kinds.js';
import { accounts, annotations, inZone, labels, podSecurityVersion, probeImage, probeTarget, zoneLabels } from './names.js';

/** Restricted Pod Security at all three levels; the catalogue stands in an annotation, where the policy on images reads it. */
export const namespace = (zone: ZoneSpec): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: zone.namespace,
    labels: {
      ...zoneLabels(zone),
      // Always there, so that unsealing changes a value: a member that apply merely stops naming may stay behind.
      [labels.sealed]: String(zone.sealed),
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/enforce-version': podSecurityVersion,
      'pod-security.kubernetes.io/audit': 'restricted',
      'pod-security.kubernetes.io/audit-version': podSecurityVersion,
      'pod-security.kubernetes.io/warn': 'restricted',
      'pod-security.kubernetes.io/warn-version': podSecurityVersion,
    },
    annotations: {
      [annotations.images]: [...new Set([...zone.images, probeImage])].sort().join(','),
      [annotations.nodePool]: zone.nodePool ?? '',
    },
  },
});

/** Nothing in, nothing out, no cluster DNS: what may pass is said by a policy of its own, by name (ISO-01, ISO-03). */
export const denyAll = (zone: ZoneSpec): NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  ...inZone('default-deny', zone),
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
});

export const quota = (zone: ZoneSpec): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  ...inZone('zone', zone),
  spec: {
    hard: {
      'requests.cpu': String(zone.quota.cpu),
      'limits.cpu': String(zone.quota.cpu),
      'requests.memory': `${String(zone.quota.memoryGi)}Gi`,
      'limits.memory': `${String(zone.quota.memoryGi)}Gi`,
      'requests.storage': `${String(zone.quota.storageGi)}Gi`,
      persistentvolumeclaims: String(zone.quota.volumeClaims),
      // One more than asked for: the probe target is a pod too.
      pods: String(zone.quota.pods + 1),
      'services.loadbalancers': '0',
      'services.nodeports': '0',
    },
  },
});

/** Every container has limits, said or not; below 64 MiB the runtime itself is killed. */
export const limits = (zone: ZoneSpec): LimitRange => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  ...inZone('zone', zone),
  spec: {
    limits: [
      {
        type: 'Container',
        default: { cpu: '500m', memory: '512Mi' },
        defaultRequest: { cpu: '100m', memory: '128Mi' },
        min: { memory: '64Mi' },
        max: { cpu: String(zone.quota.cpu), memory: `${String(zone.quota.memoryGi)}Gi` },
      },
    ],
  },
});

/**
 * A pod that is never scheduled (its scheduling gate is never lifted). Some refusals need something to aim at: the API server looks for
 * the pod before it asks admission about an ephemeral container.
 */
export const target = (zone: ZoneSpec): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  ...inZone(probeTarget, zone),
  spec: {
    ...zonePodSpec(zone),
    schedulingGates: [{ name: 'opdomain.cn/probe-target' }],
    containers: [{ name: 'target', image: probeImage, resources: smallest, securityContext: restrictedContainer }],
  },
});

const smallest = { requests: { cpu: '1m', memory: '64Mi' }, limits: { cpu: '1m', memory: '64Mi' } } as const;
/** Security context that Pod Security `restricted` and the zone's policies accept. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
} as const;
/** What every pod of a zone says; its containers come on top. */
export const zonePodSpec = (zone: Pick<ZoneSpec, 'nodePool'>) =>
  ({
    serviceAccountName: accounts.workload,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    dnsPolicy: 'None',
    // No cluster DNS; an address that answers nobody, because Kubernetes wants one.
    dnsConfig: { nameservers: ['127.0.0.1'] },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(zone.nodePool === undefined ? {} : { nodeSelector: { [annotations.nodePool]: zone.nodePool } }),
  }) as const;
