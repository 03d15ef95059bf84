import type { Cluster, KubeObject } from '#platform/kube';
import { labels } from '../manifests/index.js';

export interface PersistentVolume extends KubeObject {
  readonly spec: { readonly claimRef?: { readonly namespace?: string }; readonly persistentVolumeReclaimPolicy?: string };
}

/** Volumes are cluster-scoped; they belong to the zone whose claim they are bound to. */
export async function volumesOf(cluster: Cluster, namespaces: readonly string[]): Promise<readonly PersistentVolume[]> {
  const { items } = await cluster.list<PersistentVolume>({ apiVersion: 'v1', kind: 'PersistentVolume' });
  return items.filter((volume) => namespaces.includes(volume.spec.claimRef?.namespace ?? ''));
}

/** Marks the volumes of a sealed zone, so that the admission policy keeps them, and takes the mark off again. */
export async function sealVolumes(cluster: Cluster, namespaces: readonly string[], sealed: boolean): Promise<void> {
  const wanted = String(sealed);
  const unlike = (volume: PersistentVolume): boolean => (volume.metadata.labels?.[labels.sealed] ?? 'false') !== wanted;
  for (const volume of (await volumesOf(cluster, namespaces)).filter(unlike))
    await change(cluster, volume, { labels: { [labels.sealed]: wanted } }, {});
}

/** Before a destruction: with the claim the volume goes, also where it was made to stay (`Retain`). */
export async function releaseVolumes(cluster: Cluster, namespaces: readonly string[]): Promise<void> {
  for (const volume of await volumesOf(cluster, namespaces))
    await change(cluster, volume, { labels: { [labels.sealed]: 'false' } }, { persistentVolumeReclaimPolicy: 'Delete' });
}

async function change(cluster: Cluster, { metadata }: PersistentVolume, more: object, spec: object): Promise<void> {
  const { name, uid, resourceVersion } = metadata;
  const answer = await cluster.ask({
    method: 'PATCH',
    path: `/api/v1/persistentvolumes/${name}`,
    query: { fieldManager: 'opdomain' },
    contentType: 'application/merge-patch+json',
    body: { metadata: { uid, resourceVersion, ...more }, spec },
  });
  if (answer.error) throw answer.error;
}
