import { asSeen, isKubeError, refOf, termAnnotation, type Cluster, type KubeObject } from '#platform/kube';
import { difference, type Step } from './difference.js';

const rightsTakeEffectWithinMs = 3_000;

/**
 * Carries a plan out. A conflict means that somebody (a later leader, a person) changed what was seen: the pass ends there and the next
 * one looks again; nothing is forced.
 * @param cluster fenced by the leader's term.
 */
export async function carryOut(cluster: Cluster, steps: readonly Step[]): Promise<void> {
  for (const step of steps) await withFreshRights(() => one(cluster, step));
}

async function one(cluster: Cluster, step: Step): Promise<void> {
  switch (step.do) {
    case 'create':
      await create(cluster, step.object);
      return;
    case 'replace':
      await cluster.replace(step.object, step.seen);
      return;
    case 'apply':
      await cluster.apply({ ...step.object, metadata: { ...step.object.metadata, ...step.seen } });
      return;
    case 'recreate':
      if ((await cluster.remove(refOf(step.object), step.seen, { graceSeconds: 0 })) === 'gone') await cluster.create(step.object);
      return;
    case 'remove':
      await cluster.remove(step.ref, step.seen);
  }
}

/**
 * What the cluster's own controllers make in every new namespace (the account `default`) may come in between: it is then brought to what
 * is wanted, as a pass that had seen it would.
 */
async function create(cluster: Cluster, object: KubeObject): Promise<void> {
  try {
    await cluster.create(object);
  } catch (error) {
    const standing = isKubeError(error, 'AlreadyExists') ? await cluster.read(refOf(object)) : undefined;
    if (standing === undefined) throw error;
    for (const step of difference([object], [standing])) await one(cluster, step);
  }
}

/** A binding that was made a moment ago is not in the authoriser's cache yet: "forbidden" then passes by itself. */
export async function withFreshRights<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + rightsTakeEffectWithinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const passes = isKubeError(error, 'Forbidden') && error.message.includes('cannot ') && performance.now() < until;
      if (!passes) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/**
 * Marks a zone's namespace with the leader's term before anything in it is changed. From then on the API server refuses writes of an
 * earlier term there (policy `opdomain-operator-term`).
 * @returns the namespace as it stands now.
 */
export async function claimZone(cluster: Cluster, namespace: KubeObject, term: number): Promise<KubeObject> {
  if (namespace.metadata.annotations?.[termAnnotation] === String(term)) return namespace;
  const { name, labels } = namespace.metadata;
  // The managed-by label is applied along so that the patch says something of its own; the term is added by the fenced cluster.
  return cluster.apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      ...(labels === undefined ? {} : { labels: ownLabels(labels) }),
      annotations: ownAnnotations(namespace),
      ...asSeen(namespace),
    },
  });
}

const ours = (key: string): boolean =>
  key.startsWith('opdomain.cn/') || key.startsWith('app.kubernetes.io/') || key.startsWith('pod-security.kubernetes.io/');
const only = (all: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([key]) => ours(key)));
const ownLabels = only;
const ownAnnotations = (namespace: KubeObject): Record<string, string> => only(namespace.metadata.annotations ?? {});
