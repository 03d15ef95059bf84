import type { Id, Instant } from '#kernel';
import type { Cluster, Leadership, Reconciler } from '#platform/kube';
import { withTraceparent } from '#platform/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { OperatorDesk, type PassReport, type WantedDomain } from '../application/operator-desk.js';
import { DOMAINS_CONFIG, type DomainsConfig } from '../config.js';
import { currentZones } from '../domain/operation-domain.js';
import type { PassOrder, ZoneVerdict } from '../domain/operator-work.js';
import { subjectOf, type InstallOptions } from '../manifests/index.js';
import { withFreshRights } from './carry-out.js';
import { sayStep } from './difference.js';
import { sayFailure } from './failure.js';
import { carryOutOrder } from './orders.js';
import { probedZone, probeZone } from './probing.js';
import { sealVolumes } from './volumes.js';
import { changedPolicies } from './walls.js';
import { watchZones } from './watch.js';
import { mendZone, planZone, type ZonePlan } from './zone-pass.js';

/** One operation domain: observe → plan → act → report. What it could not do it says; the reason is never thrown away. */
@Injectable()
export class DomainReconciler implements Reconciler {
  readonly name = 'operation-domains';
  readonly resyncMs: number;
  private options: InstallOptions | undefined;

  constructor(
    private readonly desk: OperatorDesk,
    @Inject(DOMAINS_CONFIG) private readonly config: DomainsConfig,
  ) {
    this.resyncMs = config.resyncSeconds * 1000;
  }

  keys = (): Promise<readonly Id[]> => this.desk.keys();
  urgent = (): Promise<readonly Id[]> => this.desk.urgent();
  watch = (cluster: Cluster, wake: (key: string) => void): (() => Promise<void>) => watchZones(cluster, this.desk, wake);

  async reconcile(domainId: Id, leadership: Leadership): Promise<void> {
    await this.desk.hear(domainId);
    const first = await this.desk.wanted(domainId);
    if (first.domain.state === 'destroyed') return;
    // The worker rings again when it has planted them.
    if (first.domain.state === 'requested' && !first.planted) return;
    if (first.domain.state === 'requested') await this.desk.begin(first.domain, leadership.term.number);
    const wanted = first.domain.state === 'requested' ? await this.desk.wanted(domainId) : first;
    const options = await this.installOptions(leadership.cluster);
    // What provisioning makes belongs to the trace of the act that asked for it; later passes answer to nobody's act.
    const report = await withTraceparent(wanted.domain.state === 'provisioning' ? wanted.domain.traceparent : null, () =>
      this.pass(wanted, leadership, options),
    );
    await this.desk.report(wanted, leadership.term.number, report);
    for (const order of wanted.orders)
      await withTraceparent(order.traceparent, () => this.answer(order, leadership, options, report.verdicts));
  }

  private async pass(wanted: WantedDomain, leadership: Leadership, options: InstallOptions): Promise<PassReport> {
    const at = this.desk.now();
    const nothing = { made: [], lost: [], gone: [], steps: [], verdicts: [], finished: false, mended: false };
    try {
      const zones = currentZones(wanted.zones).filter((zone) => zone.goneAt === null);
      const plans = await Promise.all(zones.map((zone) => planZone(leadership, wanted, zone, options.operator)));
      const done = [];
      for (const plan of plans) done.push(...(await mendZone(leadership, wanted, plan, options.operator)));
      if (wanted.domain.state === 'sealed' || done.length > 0)
        await sealVolumes(
          leadership.cluster,
          zones.map((zone) => zone.namespace),
          wanted.domain.state === 'sealed',
        );
      const policiesChanged = await changedPolicies(leadership.cluster, options);
      const lost = plans.filter((plan) => plan.found === 'lost').map((plan) => plan.zone);
      const verdicts = lost.length === 0 && this.probesDue(wanted, at, done.length > 0) ? await this.probe(wanted, leadership) : [];
      return this.reportOf(wanted, { at, plans, lost, verdicts, policiesChanged, steps: done.map(sayStep) });
    } catch (error) {
      const failure = sayFailure(error);
      return { ...nothing, failure, findings: { at, lost: [], policiesChanged: policiesOf(wanted) } };
    }
  }

  private reportOf(
    wanted: WantedDomain,
    found: {
      readonly at: Instant;
      readonly plans: readonly ZonePlan[];
      readonly lost: PassReport['lost'];
      readonly verdicts: readonly ZoneVerdict[];
      readonly policiesChanged: readonly string[];
      readonly steps: readonly string[];
    },
  ): PassReport {
    const { at, plans, lost, verdicts, policiesChanged, steps } = found;
    const failed = verdicts.filter((verdict) => !verdict.holds).map((verdict) => `${verdict.zone}/${verdict.probe}`);
    const probed = failed.length === 0 && (wanted.domain.state !== 'provisioning' || policiesChanged.length === 0);
    const made = plans.filter((plan) => plan.found === 'standing' || plan.found === 'to-be-made').map((plan) => plan.zone);
    return {
      findings: {
        at,
        lost: lost.map((zone) => zone.namespace),
        policiesChanged,
        ...(verdicts.length === 0 ? {} : { probes: { asked: verdicts.length, failed } }),
      },
      made: made.filter((zone) => zone.madeAt === null),
      lost,
      gone: plans.filter((plan) => plan.found === 'gone' && plan.zone.madeAt !== null).map((plan) => plan.zone),
      steps,
      verdicts,
      finished: lost.length === 0 && probed,
      // What a zone that is being made still lacks follows from the making.
      mended: lost.length === 0 && (wanted.domain.state !== 'provisioning' || probed),
      failure: null,
    };
  }

  /** Probes ask for what a working zone must refuse; in a sealed one everything is refused for being sealed. */
  private probesDue(wanted: WantedDomain, at: Instant, changed: boolean): boolean {
    const { domain, lastRun, orders } = wanted;
    if (domain.state === 'provisioning') return true;
    if (domain.state !== 'ready' && domain.state !== 'degraded') return false;
    const age = lastRun === undefined ? Infinity : Date.parse(at) - Date.parse(lastRun.at);
    return (
      changed ||
      domain.state === 'degraded' ||
      age >= this.config.probeEverySeconds * 1000 ||
      orders.some((order) => order.kind === 'probe')
    );
  }

  private async probe(wanted: WantedDomain, { cluster }: Leadership): Promise<readonly ZoneVerdict[]> {
    const zones = currentZones(wanted.zones);
    const runs = zones.map(async ({ zone, namespace }) => {
      const strangers = [...zones.map((other) => other.namespace).filter((other) => other !== namespace), ...wanted.strangers];
      const verdicts = await probeZone(cluster, probedZone({ namespace, zone, domainId: wanted.domain.id }), strangers);
      return verdicts.map((verdict) => ({ ...verdict, zone, namespace }));
    });
    return (await Promise.all(runs)).flat();
  }

  private async answer(order: PassOrder, leadership: Leadership, options: InstallOptions, verdicts: readonly ZoneVerdict[]): Promise<void> {
    try {
      const wanted = await this.desk.wanted(order.domainId);
      const room = { wanted, leadership, operator: options.operator, goneWithinMs: this.config.goneWithinSeconds * 1000, verdicts };
      const result = await withFreshRights(() => carryOutOrder(order.kind, room));
      if (order.kind === 'destroy')
        await this.desk.noteGone(order.domainId, leadership.term.number, await absent(leadership.cluster, wanted));
      await this.desk.answer([order.id], { result });
    } catch (error) {
      await this.desk.answer([order.id], { failure: sayFailure(error) });
    }
  }

  private async installOptions(cluster: Cluster): Promise<InstallOptions> {
    this.options ??= { operator: subjectOf(await cluster.whoAmI()), systemNamespace: this.config.systemNamespace };
    return this.options;
  }
}

async function absent(cluster: Cluster, { zones }: WantedDomain): Promise<readonly string[]> {
  const seen = await Promise.all(zones.map(({ namespace }) => cluster.read({ apiVersion: 'v1', kind: 'Namespace', name: namespace })));
  return zones.filter((_, at) => seen[at] === undefined).map(({ namespace }) => namespace);
}

/** In a pass that failed nothing new is known of the policies: what stood stands. */
const policiesOf = (wanted: WantedDomain): readonly string[] =>
  wanted.domain.troubles.flatMap((trouble) => (trouble.kind === 'policies-changed' ? [...trouble.what] : []));
