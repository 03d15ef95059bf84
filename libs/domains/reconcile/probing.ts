import { Refusal } from '#kernel';
import type { Cluster } from '#platform/kube';
import { judge, type Probe, type ProbeAnswer, type Verdict } from '../domain/probes.js';
import { zoneProbes, type ProbedZone } from '../domain/zone-probes.js';
import { accounts, probeImage, probeTarget } from '../manifests/index.js';

/** The shortest life Kubernetes gives a token. */
export const tokenSeconds = 600;

export const probedZone = (of: Pick<ProbedZone, 'namespace' | 'zone' | 'domainId'>): ProbedZone => ({
  ...of,
  probeTarget,
  prober: accounts.prober,
  probeImage,
});

/**
 * Asks for everything that a zone must refuse, as its prober account and as the operator, and judges each answer by its reason.
 * @param strangers namespaces of other zones, of this domain and of others.
 */
export async function probeZone(cluster: Cluster, zone: ProbedZone, strangers: readonly string[]): Promise<readonly Verdict[]> {
  const token = await proberToken(cluster, zone);
  return Promise.all(zoneProbes(zone, strangers).map(async (probe) => judge(probe, await answerTo(cluster, probe, token))));
}

/** One probe of a zone by its name, with a token that its prober has. */
export async function probeOnce(cluster: Cluster, zone: ProbedZone, name: string, token: string): Promise<Verdict | undefined> {
  const probe = zoneProbes(zone, []).find((one) => one.name === name);
  return probe && judge(probe, await answerTo(cluster, probe, token));
}

export async function proberToken(cluster: Cluster, { namespace, prober }: ProbedZone): Promise<string> {
  return (await cluster.requestToken({ namespace, name: prober }, tokenSeconds)).token;
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
