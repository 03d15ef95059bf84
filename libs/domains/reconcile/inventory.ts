import type { ApiResource, Cluster } from '#platform/kube';
import type { ClusterItem } from '../domain/operator-work.js';
import { volumesOf } from './volumes.js';
import { refuse } from '../domain/refusals.js';

/** Notes about things, kept for an hour, and not the things. */
const notHeld = new Set(['Event']);
/** Names and owners, never contents: a list of secrets must not bring their values along. */
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** What an inventory walks: kinds that lie in a namespace and can be listed and removed. */
export const inZone = ({ namespaced, verbs, kind }: ApiResource): boolean =>
  namespaced && verbs.includes('list') && verbs.includes('delete') && !notHeld.has(kind);

export const eachOf = async <T, R>(all: readonly T[], look: (one: T) => Promise<readonly R[]>): Promise<readonly R[]> =>
  (await Promise.all(all.map(look))).flat();

/**
 * Everything the cluster holds in these namespaces, whatever its kind, found by discovery, and the volumes they claimed.
 * @throws Refusal `domain.api-silent` where a part of the API does not answer: what could not be looked at is not empty.
 */
export async function takeStock(cluster: Cluster, namespaces: readonly string[]): Promise<readonly ClusterItem[]> {
  const { resources, silent } = await cluster.served();
  if (silent.length > 0) throw refuse('domain.api-silent', { left: silent.map(({ groupVersion, why }) => `API ${groupVersion}: ${why}`) });
  const standing = [];
  for (const namespace of namespaces)
    if ((await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name: namespace })) !== undefined) standing.push(namespace);
  const items = await eachOf(standing, (namespace) => eachOf(resources.filter(inZone), (resource) => listed(cluster, resource, namespace)));
  const volumes = await volumesOf(cluster, namespaces);
  return [
    ...standing.map((namespace) => ({ kind: 'Namespace', ref: `cluster/${namespace}` })),
    ...items,
    ...volumes.map((volume) => ({
      kind: 'PersistentVolume',
      ref: `cluster/${volume.spec.claimRef?.namespace ?? ''}/PersistentVolume/${volume.metadata.name}`,
    })),
  ];
}

async function listed(cluster: Cluster, resource: ApiResource, namespace: string): Promise<readonly ClusterItem[]> {
  const root = resource.apiVersion.includes('/') ? 'apis' : 'api';
  const answer = await cluster.ask({
    method: 'GET',
    path: `/${root}/${resource.apiVersion}/namespaces/${namespace}/${resource.name}`,
    accept: metadataOnly,
  });
  if (answer.error) throw answer.error;
  const { items } = answer.body as { readonly items: readonly { readonly metadata: { readonly name: string } }[] | null };
  // An empty list of this form says null.
  return (items ?? []).map((item) => ({ kind: resource.kind, ref: `cluster/${namespace}/${resource.kind}/${item.metadata.name}` }));
}
