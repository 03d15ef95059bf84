import type { Cluster, KindOf } from '#platform/kube';
import type { OperatorDesk } from '../application/operator-desk.js';

/** What drift shows in first. Pods and data of zones are looked at in passes only: the operator may not list them across the cluster. */
const inZones: readonly KindOf[] = [
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
  { apiVersion: 'v1', kind: 'ResourceQuota' },
  { apiVersion: 'v1', kind: 'LimitRange' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
];
const everywhere: readonly KindOf[] = [
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding' },
];

/** Wakes a domain when something changes in one of its namespaces, and all of them when an admission policy changes. */
export function watchZones(cluster: Cluster, desk: OperatorDesk, wake: (key: string) => void): () => Promise<void> {
  const owners = new Map<string, string>();
  const wakeOwner = async (namespace: string): Promise<void> => {
    if (!namespace.startsWith('opd-')) return;
    const owner = owners.get(namespace) ?? (await desk.domainOf(namespace));
    if (owner === undefined) return;
    owners.set(namespace, owner);
    wake(owner);
  };
  // The next round of all keys makes up for a wake that could not be looked up.
  const quietly = (work: Promise<void>): void => void work.catch(() => undefined);
  const informers = [
    { informer: cluster.informer({ apiVersion: 'v1', kind: 'Namespace', labels: 'opdomain.cn/zone' }), ring: wakeOwner },
    ...inZones.map((kind) => ({ informer: cluster.informer(kind), ring: (key: string) => wakeOwner(key.split('/')[0] ?? '') })),
    ...everywhere.map((kind) => ({
      informer: cluster.informer(kind),
      ring: async () => {
        for (const key of await desk.keys()) wake(key);
      },
    })),
  ];
  for (const { informer, ring } of informers) {
    informer.onKey((key) => {
      quietly(ring(key));
    });
    quietly(informer.start());
  }
  return async () => {
    await Promise.all(informers.map(({ informer }) => informer.stop()));
  };
}
