import type { Leadership } from '#platform/kube';
import type { WantedDomain } from '../application/operator-desk.js';
import type { ZoneRecord } from '../domain/operation-domain.js';
import type { Subject } from '../manifests/index.js';
import { carryOut, claimZone } from './carry-out.js';
import { difference, type Step } from './difference.js';
import { observeZone } from './observe.js';
import { zoneWants } from './zone-spec.js';

/** What was found of one zone, and what would have to be done. `lost`: it stood once, and nobody decided that it should not; `leaving`: it is being removed. */
export type ZonePlan =
  | { readonly zone: ZoneRecord; readonly found: 'standing' | 'to-be-made'; readonly steps: readonly Step[] }
  | { readonly zone: ZoneRecord; readonly found: 'lost' | 'leaving' | 'gone' };

export async function planZone(leadership: Leadership, wanted: WantedDomain, zone: ZoneRecord, operator: Subject): Promise<ZonePlan> {
  const seen = await observeZone(leadership.cluster, zone.namespace);
  const leaving = wanted.domain.state === 'destroying' || wanted.domain.state === 'destroyed';
  // A namespace that is being removed is still there, for minutes or for ever: only its absence is recorded as such.
  if (seen.state !== 'there' && leaving) return { zone, found: seen.state === 'absent' ? 'gone' : 'leaving' };
  if (seen.state !== 'there' && (zone.madeAt !== null || seen.state === 'terminating')) return { zone, found: 'lost' };
  const steps = difference(zoneWants(wanted, zone, operator), seen.state === 'there' ? seen.objects : []);
  return { zone, found: seen.state === 'there' ? 'standing' : 'to-be-made', steps };
}

/** Takes the zone for this term, looks again (the claim itself changed it), and closes the difference. @returns what was done. */
export async function mendZone(leadership: Leadership, wanted: WantedDomain, plan: ZonePlan, operator: Subject): Promise<readonly Step[]> {
  if (plan.found !== 'standing' && plan.found !== 'to-be-made') return [];
  const { cluster, term } = leadership;
  const standing = await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name: plan.zone.namespace });
  if (standing === undefined) {
    await carryOut(cluster, plan.steps);
    return plan.steps;
  }
  const claimed = await claimZone(cluster, standing, term.number);
  if (claimed.metadata.resourceVersion === standing.metadata.resourceVersion) {
    await carryOut(cluster, plan.steps);
    return plan.steps;
  }
  const again = await planZone(leadership, wanted, plan.zone, operator);
  if (again.found !== 'standing') return [];
  await carryOut(cluster, again.steps);
  return again.steps;
}
