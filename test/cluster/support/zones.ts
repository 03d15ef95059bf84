import { newId } from '#kernel';
import { isKubeError, type Cluster, type Term } from '#platform/kube';
import { zoneNamespace, type Zone, type ZoneSpec } from '../../../libs/domains/domain/zone.js';
import { user, zoneObjects } from '../../../libs/domains/manifests/index.js';
import { carryOut, claimZone } from '../../../libs/domains/reconcile/carry-out.js';
import { difference, sayStep, type Step } from '../../../libs/domains/reconcile/difference.js';
import { observeZone } from '../../../libs/domains/reconcile/observe.js';

export const operatorUser = 'opdomain-operator';
export const operatorSubject = user(operatorUser);
export const catalogueImage = `registry.example/workbench@sha256:${'a'.repeat(64)}`;

/** Looks again until there is an answer or the deadline has passed. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>, ms = 30_000): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`not within ${String(ms)} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'let through';
  } catch (error) {
    if (isKubeError(error)) return `${String(error.status)} ${error.message}`;
    throw error;
  }
}

/** A term that always believes itself to be current, as a leader that slept does. */
export const believing = (number: number): Term => ({ number, isCurrent: () => true });

export function newDomainSpecs(): Record<Zone, ZoneSpec> {
  const ids = { domainId: newId(), authorisationId: newId(), unitId: newId() };
  const zone = (name: Zone): ZoneSpec => ({
    ...ids,
    zone: name,
    namespace: zoneNamespace(ids.domainId, name, newId().slice(-8)),
    quota: { cpu: 4, memoryGi: 8, storageGi: 50, pods: 20, volumeClaims: 10 },
    images: [catalogueImage],
    sealed: false,
  });
  return { dev: zone('dev'), prod: zone('prod') };
}

export async function planFor(cluster: Cluster, spec: ZoneSpec): Promise<readonly Step[]> {
  const seen = await observeZone(cluster, spec.namespace);
  return difference(zoneObjects(spec, operatorSubject), seen.state === 'there' ? seen.objects : []);
}

export async function repair(cluster: Cluster, spec: ZoneSpec, term: number): Promise<readonly string[]> {
  const fenced = cluster.fenced(believing(term));
  const standing = await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name: spec.namespace });
  if (standing) await claimZone(fenced, standing, term);
  const steps = await planFor(cluster, spec);
  await carryOut(fenced, steps);
  return steps.map(sayStep);
}
