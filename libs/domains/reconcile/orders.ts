import type { JsonObject } from '#kernel';
import type { Leadership } from '#platform/kube';
import type { WantedDomain } from '../application/operator-desk.js';
import { currentZones } from '../domain/operation-domain.js';
import type { AccessCheck, OrderKind, RecoveryAttempt, ZoneVerdict } from '../domain/operator-work.js';
import type { Subject } from '../manifests/index.js';
import { sayStep } from './difference.js';
import { destroyZones } from './destroy.js';
import { takeStock } from './inventory.js';
import { probedZone, probeZone } from './probing.js';
import { planZone } from './zone-pass.js';
import { canarySecret } from '../application/canaries.js';
import { zoneWants } from './zone-spec.js';

export interface OrderRoom {
  readonly wanted: WantedDomain;
  readonly leadership: Leadership;
  readonly operator: Subject;
  /** What this pass's own probes said. */
  readonly verdicts: readonly ZoneVerdict[];
}

/** Carries out one order and says what came of it. */
export async function carryOutOrder(kind: OrderKind, room: OrderRoom): Promise<JsonObject> {
  const { cluster } = room.leadership;
  const ever = room.wanted.zones.map((zone) => zone.namespace);
  switch (kind) {
    case 'probe':
      return { asked: room.verdicts.length, held: room.verdicts.filter((verdict) => verdict.holds).length };
    case 'plan':
      return { steps: await plannedSteps(room) };
    case 'access':
      return { zones: (await accessChecks(room)).map((check) => ({ ...check })) as unknown as JsonObject[] };
    case 'inventory':
      return { items: (await takeStock(cluster, ever)).map((item) => ({ ...item })) };
    case 'pods':
      return { pods: await standingPods(room) };
    case 'destroy':
      return { left: (await destroyZones(cluster, ever)).map((item) => ({ ...item })) };
    case 'recover':
      return { attempts: (await attempts(room)).map((attempt) => ({ ...attempt })) };
  }
}

/** By namespace and name; one that is being deleted still stands. */
async function standingPods({ leadership: { cluster }, wanted }: OrderRoom): Promise<string[]> {
  const zones = currentZones(wanted.zones).filter((zone) => zone.goneAt === null);
  const lists = await Promise.all(zones.map(({ namespace }) => cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace })));
  return lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)).sort();
}

async function plannedSteps({ leadership, wanted, operator }: OrderRoom): Promise<string[]> {
  const plans = await Promise.all(currentZones(wanted.zones).map((zone) => planZone(leadership, wanted, zone, operator)));
  return plans.flatMap((plan) => ('steps' in plan ? plan.steps.map(sayStep) : [`zone ${plan.zone.namespace}: ${plan.found}`]));
}

async function accessChecks({ leadership: { cluster }, wanted, operator }: OrderRoom): Promise<readonly AccessCheck[]> {
  const standing = currentZones(wanted.zones).filter((zone) => zone.madeAt !== null && zone.goneAt === null);
  return Promise.all(
    standing.map(async (zone) => {
      const wants = new Set(
        zoneWants(wanted, zone, operator)
          .filter(({ kind }) => kind === 'RoleBinding')
          .map(({ metadata }) => metadata.name),
      );
      const { items } = await cluster.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', namespace: zone.namespace });
      const bindings = items.map(({ metadata }) => metadata.name).sort();
      const verdicts = await probeZone(cluster, probedZone({ ...zone, domainId: wanted.domain.id }), []);
      const shell = verdicts.find((verdict) => verdict.probe === 'exec');
      return {
        namespace: zone.namespace,
        zone: zone.zone,
        bindings,
        foreign: bindings.filter((name) => !wants.has(name)),
        probe: { how: 'the zone’s prober asked for a shell', refused: shell?.holds ?? false, answer: shell?.message ?? 'not asked' },
      };
    }),
  );
}

/** Reads again what was planted, as the operator: nothing may answer with it. */
async function attempts({ leadership: { cluster }, wanted }: OrderRoom): Promise<readonly RecoveryAttempt[]> {
  const asked = wanted.zones.flatMap(({ namespace }) => [
    { how: `read the namespace ${namespace}`, path: `/api/v1/namespaces/${namespace}` },
    { how: `read the canary secret in ${namespace}`, path: `/api/v1/namespaces/${namespace}/secrets/${canarySecret}` },
  ]);
  return Promise.all(
    asked.map(async ({ how, path }) => {
      const answer = await cluster.ask({ method: 'GET', path });
      return { how, recovered: answer.status < 400, answer: `${String(answer.status)} ${answer.error?.reason ?? 'found'}` };
    }),
  );
}
