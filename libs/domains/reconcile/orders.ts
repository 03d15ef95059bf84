import type { JsonObject } from '#kernel';
import type { Leadership } from '#platform/kube';
import type { WantedDomain } from '../application/operator-desk.js';
import { currentZones } from '../domain/operation-domain.js';
import type { PassOrder, RecoveryAttempt, ZoneVerdict } from '../domain/operator-work.js';
import type { Subject } from '../manifests/index.js';
import { sayStep } from './difference.js';
import { destroyZones } from './destroy.js';
import { takeStock } from './inventory.js';
import { planZone } from './zone-pass.js';
import { canarySecret } from '../application/canaries.js';

export interface OrderRoom {
  readonly wanted: WantedDomain;
  readonly leadership: Leadership;
  readonly operator: Subject;
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
      return { left: (await destroyZones(cluster, ever)).map((item) => ({ ...item })) };
    case 'recover':
      return { attempts: (await attempts(room)).map((attempt) => ({ ...attempt })) };
  }
}

async function plannedSteps({ leadership, wanted, operator }: OrderRoom): Promise<string[]> {
  const plans = await Promise.all(currentZones(wanted.zones).map((zone) => planZone(leadership, wanted, zone, operator)));
  return plans.flatMap((plan) => ('steps' in plan ? plan.steps.map(sayStep) : [`zone ${plan.zone.namespace}: ${plan.found}`]));
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
