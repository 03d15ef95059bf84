import { asSeen, refOf, sayRef, type Cluster, type KubeObject } from '#platform/kube';
import { releaseVolumes, volumesOf } from './volumes.js';

const lookEveryMs = 250;
const goneWithinMs = 120_000;

interface Namespace extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[] };
}
export interface Left {
  readonly what: string;
  readonly why: string;
}

/**
 * Removes zones for good: volumes are set to be deleted with their claims, workloads stop at once, then the namespaces go. Finalizers
 * are never stripped: what holds a namespace is named instead.
 * @returns what is left, with the cluster's own word why.
 */
export async function destroyZones(cluster: Cluster, namespaces: readonly string[]): Promise<readonly Left[]> {
  await releaseVolumes(cluster, namespaces);
  await Promise.all(namespaces.map((namespace) => begin(cluster, namespace)));
  const until = performance.now() + goneWithinMs;
  const left = await Promise.all(namespaces.map((namespace) => awaitGone(cluster, namespace, until)));
  const volumes = (await volumesOf(cluster, namespaces)).map((volume) => ({
    what: sayRef(refOf(volume)),
    why: 'the volume is still there',
  }));
  return [...left.flat(), ...volumes];
}

async function begin(cluster: Cluster, name: string): Promise<void> {
  const standing = await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name });
  if (standing === undefined || standing.metadata.deletionTimestamp !== undefined) return;
  const { items } = await cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace: name });
  for (const pod of items) await cluster.remove(refOf(pod), asSeen(pod), { graceSeconds: 0 });
  await cluster.remove(refOf(standing), asSeen(standing));
}

async function awaitGone(cluster: Cluster, name: string, until: number): Promise<readonly Left[]> {
  for (;;) {
    const standing = await cluster.read<Namespace>({ apiVersion: 'v1', kind: 'Namespace', name });
    if (standing === undefined) return [];
    if (performance.now() > until) return [{ what: `Namespace ${name}`, why: reasons(standing) }];
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

const reasons = (namespace: Namespace): string =>
  (namespace.status?.conditions ?? [])
    .filter((condition) => condition.status === 'True')
    .map((condition) => `${condition.type}: ${condition.message ?? ''}`)
    .join('; ') || 'still terminating';
