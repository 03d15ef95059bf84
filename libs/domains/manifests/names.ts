import type { ObjectMeta } from '#platform/kube';
import type { ZoneSpec } from '../domain/zone.js';

/** Labels and annotations by which opdomain's objects are known in the cluster. */
export const labels = {
  managedBy: 'app.kubernetes.io/managed-by',
  partOf: 'app.kubernetes.io/part-of',
  domain: 'opdomain.cn/domain',
  authorisation: 'opdomain.cn/authorisation',
  unit: 'opdomain.cn/unit',
  zone: 'opdomain.cn/zone',
  sealed: 'opdomain.cn/sealed',
} as const;
export const annotations = {
  images: 'opdomain.cn/images',
  nodePool: 'opdomain.cn/node-pool',
  /** Digest of the manifest that an object was made from. */
  stamp: 'opdomain.cn/manifest',
  /** Helm leaves such an object behind: removing the chart must not open the zones. */
  keep: 'helm.sh/resource-policy',
} as const;
export const managedBy = 'opdomain';

export const systemNamespace = 'opdomain-system';
export const accounts = { operator: 'opdomain-operator', prober: 'opdomain-prober', workload: 'opdomain-workload' } as const;
/** ClusterRoles of the installation that may be bound in a zone, and no others. */
export const zoneRoles = {
  operator: 'opdomain-zone-operator',
  inventory: 'opdomain-zone-inventory',
  destroyer: 'opdomain-zone-destroyer',
  prober: 'opdomain-prober',
  workload: 'opdomain-workload',
} as const;
export const probeTarget = 'opdomain-probe-target';
/** No image has this digest; pods that name it are never started. */
export const probeImage = `opdomain.invalid/probe@sha256:${'0'.repeat(64)}`;
/** Pod Security standards are read as of this version, so that an upgrade of the cluster changes nothing unseen. */
export const podSecurityVersion = 'v1.36';

export const zoneLabels = (zone: ZoneSpec): Record<string, string> => ({
  [labels.managedBy]: managedBy,
  [labels.partOf]: 'domains',
  [labels.domain]: zone.domainId,
  [labels.authorisation]: zone.authorisationId,
  [labels.unit]: zone.unitId,
  [labels.zone]: zone.zone,
});

/** Metadata of an object inside a zone. */
export const inZone = (name: string, zone: ZoneSpec): { readonly metadata: ObjectMeta } => ({
  metadata: { name, namespace: zone.namespace, labels: zoneLabels(zone) },
});

/** Planted in every zone; that it cannot be read again shows that the zone's secrets are gone. */
export const canarySecret = 'opdomain-canary';
