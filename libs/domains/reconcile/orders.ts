import type { JsonObject, RecoveryTry } from '#kernel';
import type { Cluster, KubeObject, Leadership } from '#platform/kube';
import { readBack } from '#platform/readback';
import type { WantedDomain } from '../application/operator-desk.js';
import { currentZones } from '../domain/operation-domain.js';
import type { PassOrder, ZoneVerdict } from '../domain/operator-work.js';
import type { Subject } from '../manifests/index.js';
import { sayStep } from './difference.js';
import { destroyZones } from './destroy.js';
import { takeStock } from './inventory.js';
import { planZone } from './zone-pass.js';
import { canarySecret } from '../manifests/names.js';

export interface OrderRoom {
  readonly wanted: WantedDomain;
  readonly leadership: Leadership;
  readonly operator: Subject;
  readonly goneWithinMs: number;
  /** What this pass's own probes said. */
  readonly verdicts: readonly ZoneVerdict[];
}

/** Carries out one order and says what came of it. */
export async function carryOutOrder(kind: PassOrder['kind'], room: OrderRoom): Promise<JsonObject> {
  const { cluster } = room.leadership;
  const ever = room.wanted.zones.map((zone) => zone.namespace);
  switch (kind) {
    case 'probe':
      return { asked: room.verdicts.length, held: room.verdicts.filter((verdict) => verdict.holds).length };
    case 'plan':
      return { steps: await plannedSteps(room) };
    case 'inventory':
      return { items: (await takeStock(cluster, ever)).map((item) => ({ ...item })) };
    case 'destroy':
      return { left: (await destroyZones(cluster, ever, room.goneWithinMs)).map((item) => ({ ...item })) };
    case 'recover':
      return { attempts: (await attempts(room)).map((attempt) => ({ ...attempt })) };
  }
}

async function plannedSteps({ leadership, wanted, operator }: OrderRoom): Promise<string[]> {
  const plans = await Promise.all(currentZones(wanted.zones).map((zone) => planZone(leadership, wanted, zone, operator)));
  return plans.flatMap((plan) => ('steps' in plan ? plan.steps.map(sayStep) : [`zone ${plan.zone.namespace}: ${plan.found}`]));
}

/** Reads again what was planted, as the operator. Only the API server's own "not found", beside something that it must have, is an absence. */
async function attempts({ leadership: { cluster }, wanted }: OrderRoom): Promise<readonly RecoveryTry[]> {
  const asked = wanted.zones.flatMap(({ namespace }) => [
    { how: `read the namespace ${namespace}`, path: `/api/v1/namespaces/${namespace}`, kind: 'Namespace' },
    { how: `read the canary secret in ${namespace}`, path: `/api/v1/namespaces/${namespace}/secrets/${canarySecret}`, kind: 'Secret' },
  ]);
  return Promise.all(
    asked.map(({ how, path, kind }) => {
      const answer = cluster.ask({ method: 'GET', path });
      return readBack({
        how,
        recover: async () => {
          const { body, error } = await answer;
          if (error !== undefined) throw error;
          if ((body as Partial<KubeObject> | null)?.kind !== kind) throw new Error('no such object in the answer');
          return clusterMark(cluster);
        },
        absence: async () => {
          const { error } = await answer;
          if (error?.reason !== 'NotFound') throw error ?? new Error('no answer of an API server');
          return { answer: '404 NotFound', store: await clusterMark(cluster) };
        },
      });
    }),
  );
}

/** Every cluster has this namespace, and no two have it with the same uid. */
async function clusterMark(cluster: Cluster): Promise<string> {
  const system = await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' });
  if (system?.metadata.uid === undefined) throw new Error('no kube-system');
  return `cluster ${system.metadata.uid}`;
}
