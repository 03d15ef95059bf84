import type { Id, JsonObject } from '#kernel';
import type { Cluster, Leadership, Reconciler } from '#platform/kube';
import { withTraceparent } from '#platform/telemetry';
import { Injectable } from '@nestjs/common';
import { OperatorDesk, type WantedDomain } from '../application/operator-desk.js';
import { currentZones } from '../domain/operation-domain.js';
import type { AccessCheck, LookKind } from '../domain/operator-work.js';
import { subjectOf, type Subject } from '../manifests/index.js';
import { carryOut } from './carry-out.js';
import { difference } from './difference.js';
import { sayFailure } from './failure.js';
import type { Verdict } from '../domain/probes.js';
import type { ProbedZone } from '../domain/zone-probes.js';
import { probedZone, probeOnce, proberToken, tokenSeconds } from './probing.js';
import { zoneWants } from './zone-spec.js';

/**
 * What a cut waits for: whether pods still run and whether anyone still gets in. Looked at apart from the passes, at a rate of its own,
 * and once for all who ask the same of a domain, so that a cut waits neither for a pass nor for other domains'.
 */
@Injectable()
export class ZoneLooks implements Reconciler {
  readonly name = 'zone-looks';
  readonly resyncMs = Infinity;
  readonly urgentEveryMs = 100;
  readonly share = 'cuts';
  private operator: Subject | undefined;
  /** Tokens of zones' probers for as long as half their life: each look asks with one anew, and none has to be made for it. */
  private readonly tokens = new Map<string, { readonly token: string; readonly until: number }>();

  constructor(private readonly desk: OperatorDesk) {}

  keys = (): Promise<readonly Id[]> => Promise.resolve([]);
  urgent = (): Promise<readonly Id[]> => this.desk.lookedFor();

  async reconcile(domainId: Id, leadership: Leadership): Promise<void> {
    this.operator ??= subjectOf(await leadership.cluster.whoAmI());
    const begun = await this.desk.beginLooks(domainId);
    if (begun.length === 0) return;
    const wanted = await this.desk.wanted(domainId);
    await Promise.all(
      [...Map.groupBy(begun, ({ kind }) => kind)].map(([kind, orders]) =>
        withTraceparent(orders[0]?.traceparent ?? null, async () => {
          const ids = orders.map(({ id }) => id);
          await this.desk.answer(
            ids,
            await this.look(kind, leadership, wanted).catch((error: unknown) => ({ failure: sayFailure(error) })),
          );
        }),
      ),
    );
  }

  private async look(kind: LookKind, leadership: Leadership, wanted: WantedDomain): Promise<{ readonly result: JsonObject }> {
    const operator = this.operator as Subject;
    return kind === 'pods'
      ? { result: { pods: await standingPods(leadership, wanted, operator) } }
      : { result: { zones: (await this.accessChecks(leadership, wanted, operator)).map((check) => ({ ...check })) } };
  }

  /** Who is bound in each zone without anyone wanting it, and whether the zone's own account is still refused a shell. */
  private accessChecks({ cluster }: Leadership, wanted: WantedDomain, operator: Subject): Promise<readonly AccessCheck[]> {
    return Promise.all(
      standing(wanted).map(async (zone) => {
        const wants = new Set(
          zoneWants(wanted, zone, operator)
            .filter(({ kind }) => kind === 'RoleBinding')
            .map(({ metadata }) => metadata.name),
        );
        const bound = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', namespace: zone.namespace };
        const [{ items }, shell] = await Promise.all([
          cluster.list(bound),
          this.shell(cluster, probedZone({ ...zone, domainId: wanted.domain.id })),
        ]);
        const bindings = items.map(({ metadata }) => metadata.name).sort();
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

  private async shell(cluster: Cluster, zone: ProbedZone): Promise<Verdict | undefined> {
    const kept = this.tokens.get(zone.namespace);
    const fresh = kept === undefined || performance.now() > kept.until;
    const token = fresh ? await proberToken(cluster, zone) : kept.token;
    if (fresh) this.tokens.set(zone.namespace, { token, until: performance.now() + (tokenSeconds * 1000) / 2 });
    const verdict = await probeOnce(cluster, zone, 'exec', token);
    // Whatever came instead of the refusal, the next look asks with a new token.
    if (verdict?.holds !== true) this.tokens.delete(zone.namespace);
    return verdict;
  }
}

const standing = ({ zones }: WantedDomain) => currentZones(zones).filter((zone) => zone.madeAt !== null && zone.goneAt === null);

/** Removes pods that nobody wants any more and lists what is left, by namespace and name; one that is being deleted still stands. */
async function standingPods({ cluster }: Leadership, wanted: WantedDomain, operator: Subject): Promise<string[]> {
  const left = standing(wanted).map(async (zone) => {
    const podsOf = () => cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace: zone.namespace });
    const pods = zoneWants(wanted, zone, operator).filter(({ kind }) => kind === 'Pod');
    const { items } = await podsOf();
    const unwanted = difference(pods, items).filter((step) => step.do === 'remove');
    if (unwanted.length === 0) return items;
    await Promise.all(unwanted.map((step) => carryOut(cluster, [step])));
    return (await podsOf()).items;
  });
  return (await Promise.all(left))
    .flat()
    .map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`)
    .sort();
}
