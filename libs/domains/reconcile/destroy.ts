import { asSeen, refOf, sayRef, type Cluster, type KubeObject } from '#platform/kube';
import { eachOf, inZone } from './inventory.js';
import { releaseVolumes, volumesOf } from './volumes.js';

const lookEveryMs = 250;

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
export async function destroyZones(cluster: Cluster, namespaces: readonly string[], goneWithinMs: number): Promise<readonly Left[]> {
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
    if (performance.now() > until) return [{ what: `Namespace ${name}`, why: reasons(standing) }, ...(await holders(cluster, name))];
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** What keeps a namespace from going: objects with finalizers, by kind and name, and parts of the API that should say what they hold. */
async function holders(cluster: Cluster, namespace: string): Promise<readonly Left[]> {
  const { resources, silent } = await cluster.served();
  const objects = await eachOf(resources.filter(inZone), async (resource): Promise<readonly Left[]> => {
    const { items } = await cluster.list({ ...resource, namespace });
    return items.map(({ metadata: { name, finalizers = [] } }) => ({
      what: `${resource.kind} ${namespace}/${name}`,
      why: finalizers.length === 0 ? 'it is still there' : `finalizer ${finalizers.join(', ')}`,
    }));
  });
  return [
    ...objects,
    ...silent.map(({ groupVersion, why }) => ({
      what: `API ${groupVersion}`,
      why: `it does not say what it holds in ${namespace}: ${why}`,
    })),
  ];
}

const reasons = (namespace: Namespace): string =>
  (namespace.status?.conditions ?? [])
    .filter((condition) => condition.status === 'True')
    .map((condition) => `${condition.type}: ${condition.message ?? ''}`)
    .join('; ') || 'still terminating';
