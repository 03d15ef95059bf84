import type { Cluster, KindOf, KubeObject } from '#platform/kube';

/** What is looked at in a zone: its walls, and every kind that opdomain itself puts there. */
const zoneKinds: readonly KindOf[] = [
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
  { apiVersion: 'v1', kind: 'ResourceQuota' },
  { apiVersion: 'v1', kind: 'LimitRange' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'batch/v1', kind: 'Job' },
];

export type ZoneSeen = { readonly state: 'absent' | 'terminating' } | { readonly state: 'there'; readonly objects: readonly KubeObject[] };

/** The namespace and what stands in it, read from the API server itself. */
export async function observeZone(cluster: Cluster, namespace: string): Promise<ZoneSeen> {
  const found = await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  if (!found) return { state: 'absent' };
  if (found.metadata.deletionTimestamp !== undefined) return { state: 'terminating' };
  const lists = await Promise.all(zoneKinds.map((kind) => cluster.list({ ...kind, namespace })));
  return { state: 'there', objects: [found, ...lists.flatMap((list) => list.items)] };
}
