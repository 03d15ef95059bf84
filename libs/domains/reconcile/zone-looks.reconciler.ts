import type { Id, JsonObject } from '#kernel';
import type { Cluster, Leadership, Reconciler, Share } from '#platform/kube';
import { withTraceparent } from '#platform/telemetry';
import { Injectable } from '@nestjs/common';
import { OperatorDesk, type WantedDomain } from '../application/operator-desk.js';
import { currentZones } from '../domain/operation-domain.js';
import { cutLookKinds, standingLookKinds, type AccessCheck, type LookKind } from '../domain/operator-work.js';
import { subjectOf, type Subject } from '../manifests/index.js';
import { carryOut } from './carry-out.js';
import { difference } from './difference.js';
import { sayFailure } from './failure.js';
import type { Verdict } from '../domain/probes.js';
import type { ProbedZone } from '../domain/zone-probes.js';
import { probedZone, probeOnce, proberToken, tokenSeconds } from './probing.js';
import { zoneWants } from './zone-spec.js';

/** The more have asked for one look, the later a domain is looked into again: of many who ask one after another, most share the next. */
const againMs = (asked: number): number => Math.min(500, 50 * asked);

/** Looks into zones apart from the passes, at a rate of their own, and one for all who ask the same of a domain. */
@Injectable()
abstract class ZoneLooks implements Reconciler {
  abstract readonly name: string;
  abstract readonly share: Share;
  abstract readonly urgentEveryMs: number;
  protected abstract readonly kinds: readonly LookKind[];
  readonly resyncMs = Infinity;
  private operator: Subject | undefined;
  /** Until when a domain is not looked into again. */
  private readonly rests = new Map<Id, number>();
  /** Tokens of zones' probers for as long as half their life: each look asks with one anew, and none has to be made for it. */
  private readonly tokens = new Map<string, { readonly token: string; readonly until: number }>();

  constructor(private readonly desk: OperatorDesk) {}

  keys = (): Promise<readonly Id[]> => Promise.resolve([]);
  async urgent(): Promise<readonly Id[]> {
    const now = performance.now();
    for (const [domainId, until] of this.rests) if (now > until) this.rests.delete(domainId);
    return (await this.desk.lookedFor(this.kinds)).filter((id) => !this.rests.has(id));
  }

  async reconcile(domainId: Id, leadership: Leadership): Promise<void> {
    this.operator ??= subjectOf(await leadership.cluster.whoAmI());
    const begun = await this.desk.beginLooks(domainId, this.kinds);
    if (begun.length === 0) return;
    this.rests.set(domainId, performance.now() + againMs(begun.length));
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
    return kind === 'access'
      ? { result: { zones: (await this.accessChecks(leadership, wanted, operator)).map((check) => ({ ...check })) } }
      : { result: { pods: await standingPods(leadership, wanted, operator) } };
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
        const bound = {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          namespace: zone.namespace,
          only: 'metadata',
        } as const;
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

/** What a cut waits for: whether pods still run and whether anyone still gets in. It waits neither for a pass nor for other domains. */
@Injectable()
export class CutLooks extends ZoneLooks {
  readonly name = 'cut-looks';
  readonly share = 'cuts';
  readonly urgentEveryMs = 100;
  protected readonly kinds = cutLookKinds;
}

/** What those wait for who opened a workspace. Passes, which make it stand, go on meanwhile. */
@Injectable()
export class StandingLooks extends ZoneLooks {
  readonly name = 'standing-looks';
  readonly share = 'looks';
  readonly urgentEveryMs = 250;
  protected readonly kinds = standingLookKinds;
}

const standing = ({ zones }: WantedDomain) => currentZones(zones).filter((zone) => zone.madeAt !== null && zone.goneAt === null);

/** Removes pods that nobody wants any more and lists what is left, by namespace and name; one that is being deleted still stands. */
async function standingPods({ cluster }: Leadership, wanted: WantedDomain, operator: Subject): Promise<string[]> {
  const left = standing(wanted).map(async (zone) => {
    const podsOf = () => cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace: zone.namespace, only: 'metadata' });
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
