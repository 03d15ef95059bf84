import { Refusal } from '#kernel';
import type { Cluster } from '#platform/kube';
import { judge, type Probe, type ProbeAnswer, type Verdict } from '../domain/probes.js';
import { zoneProbes, type ProbedZone } from '../domain/zone-probes.js';
import { accounts, probeImage, probeTarget } from '../manifests/index.js';

/** The shortest life Kubernetes gives a token. */
const tokenSeconds = 600;

export const probedZone = (of: Pick<ProbedZone, 'namespace' | 'zone' | 'domainId'>): ProbedZone => ({
  ...of,
  probeTarget,
  prober: accounts.prober,
  probeImage,
});

/**
 * Asks for everything that a zone must refuse, as its prober account and as the operator, and judges each answer by its reason.
 * @param strangers namespaces of other zones, of this domain and of others.
 * @param only names of the probes to ask; all where left out.
 */
export async function probeZone(
  cluster: Cluster,
  zone: ProbedZone,
  strangers: readonly string[],
  only?: readonly string[],
): Promise<readonly Verdict[]> {
  const probes = zoneProbes(zone, strangers).filter(({ name }) => only?.includes(name) ?? true);
  const { token } = await cluster.requestToken({ namespace: zone.namespace, name: zone.prober }, tokenSeconds);
  return Promise.all(probes.map(async (probe) => judge(probe, await answerTo(cluster, probe, token))));
}

async function answerTo(cluster: Cluster, probe: Probe, token: string): Promise<ProbeAnswer> {
  try {
    const answer = await cluster.ask({ ...probe.request, ...(probe.asker === 'prober' ? { token } : {}) });
    return { kind: 'answered', status: answer.status, reason: answer.error?.reason ?? '', message: answer.error?.message ?? '' };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'unreachable' };
    throw error;
  }
}
