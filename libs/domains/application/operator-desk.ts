import { addMs, canonicalJson, newId, systemAct, type Clock, type Id, type Instant, type JsonObject } from '#kernel';
import { domainReady, UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { traceparent } from '#platform/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { currentZones, decideStanding, type Findings, type OperationDomain, type ZoneRecord } from '../domain/operation-domain.js';
import {
  isLook,
  isPassOrder,
  type Look,
  type LookKind,
  type PassOrder,
  type ProbeRun,
  type Reconciliation,
  type ZoneVerdict,
} from '../domain/operator-work.js';
import type { Zone } from '../domain/zone.js';
import { CatalogueRepository } from '../persistence/catalogue.repository.js';
import { DesiredRepository } from '../persistence/desired.repository.js';
import { DomainsRepository } from '../persistence/domains.repository.js';
import type { DesiredObjectRow } from '../persistence/entities.js';
import { OperatorRepository } from '../persistence/operator.repository.js';
import { newZone, subject } from './domains.js';
import { refuse } from '../domain/refusals.js';

/** All that a pass over one domain rests on, read at one moment. */
export interface WantedDomain {
  readonly domain: OperationDomain;
  readonly zones: readonly ZoneRecord[];
  readonly desired: readonly DesiredObjectRow[];
  readonly images: Readonly<Record<Zone, readonly string[]>>;
  readonly reconciliation: Reconciliation;
  readonly planted: boolean;
  readonly lastRun: ProbeRun | undefined;
  /** What is asked of the next pass. */
  readonly orders: readonly PassOrder[];
  /** Namespaces of some other domains, for probes. */
  readonly strangers: readonly string[];
}

/** What a pass did and found. */
export interface PassReport {
  readonly findings: Findings;
  readonly made: readonly ZoneRecord[];
  readonly lost: readonly ZoneRecord[];
  readonly gone: readonly ZoneRecord[];
  readonly steps: readonly string[];
  readonly verdicts: readonly ZoneVerdict[];
  /** False: look again soon, whether or not anything changes. */
  readonly finished: boolean;
  /** The zones are as wanted now: what differs later was changed by others, also while a probe fails. */
  readonly mended: boolean;
  readonly failure: string | null;
}

const strangersProbed = 4;
const soonMs = 1_000;
const afterFailureMs = 5_000;

/** Where the operator reads what is wanted and reports what it found; every report is one transaction, fenced by the term. */
@Injectable()
export class OperatorDesk {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly domains: DomainsRepository,
    private readonly desired: DesiredRepository,
    private readonly catalogue: CatalogueRepository,
    private readonly operator: OperatorRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  keys = (): Promise<Id[]> => this.unitOfWork.read(this.act('domain.read'), (tx) => this.domains.ids(tx));
  urgent = (): Promise<Id[]> => this.unitOfWork.read(this.act('domain.read'), (tx) => this.operator.urgent(tx));
  /** Domains about which somebody waits for a look. */
  lookedFor = (kinds: readonly LookKind[]): Promise<Id[]> =>
    this.unitOfWork.read(this.act('domain.read'), (tx) => this.operator.lookedFor(tx, kinds));
  /** Hears that something has changed; what a pass reads afterwards holds it. */
  hear = (domainId: Id): Promise<void> => this.unitOfWork.run(this.act('domain.read'), (tx) => this.operator.countRings(tx, domainId));
  /** The looks that are asked for, which begin now: what they rest on is read after this. */
  beginLooks = (domainId: Id, kinds: readonly LookKind[]): Promise<readonly Look[]> =>
    this.unitOfWork.run(this.act('domain.read'), async (tx) => (await this.operator.beginLooks(tx, domainId, kinds)).filter(isLook));
  domainOf = (namespace: string): Promise<Id | undefined> =>
    this.unitOfWork.read(this.act('domain.read'), (tx) => this.domains.byNamespace(tx, namespace));

  wanted(domainId: Id): Promise<WantedDomain> {
    return this.unitOfWork.read(this.act('domain.read'), async (tx) => {
      const domain = await this.domains.get(tx, domainId);
      const images = { dev: await this.imagesOf(tx, 'dev'), prod: await this.imagesOf(tx, 'prod') };
      const open = await this.operator.open(tx, domainId);
      const others = (await this.domains.namespaces(tx, strangersProbed * 2)).filter((other) => other.domainId !== domainId);
      return {
        domain,
        images,
        zones: await this.domains.zones(tx, domainId),
        desired: await this.desired.standing(tx, domainId),
        reconciliation: (await this.operator.reconciliation(tx, domainId)) ?? unseen,
        planted: (await this.desired.canaries(tx, domainId)).length > 0,
        lastRun: await this.operator.lastRun(tx, domainId),
        orders: open.filter(isPassOrder),
        strangers: others.slice(0, strangersProbed).map((other) => other.namespace),
      };
    });
  }

  /** `requested → provisioning`, once canaries lie in every place. */
  async begin(domain: OperationDomain, term: number): Promise<void> {
    await this.unitOfWork.run(this.act('domain.provisioning'), async (tx) => {
      const locked = await this.claimed(tx, domain.id, term);
      if (locked.state !== 'requested') return;
      await this.domains.move(tx, locked, { state: 'provisioning' });
      await tx.record({
        ...subject(locked),
        action: 'domain.provisioning',
        before: { state: 'requested' },
        after: { state: 'provisioning' },
      });
    });
  }

  report(wanted: WantedDomain, term: number, report: PassReport): Promise<void> {
    return this.unitOfWork.run(this.act('domain.read'), async (tx) => {
      const domain = await this.claimed(tx, wanted.domain.id, term);
      await this.noteZones(tx, domain, report.findings.at, report);
      // Steps that follow from what we ourselves had changed are no drift.
      const undisturbed = wanted.reconciliation.seen === wanted.reconciliation.wanted && report.lost.length === 0;
      if (undisturbed && report.steps.length > 0)
        await tx.record({ ...subject(domain), action: 'domain.drift-repaired', details: { steps: [...report.steps] } });
      await this.noteProbes(tx, domain, wanted, report);
      await this.settle(tx, domain, report.findings);
      const { wanted: read } = wanted.reconciliation;
      const { at } = report.findings;
      await this.operator.report(tx, domain.id, {
        at,
        seen: report.mended ? read : read - 1,
        steps: report.steps,
        failure: report.failure,
        retryAt: report.finished ? null : addMs(at, report.failure === null ? soonMs : afterFailureMs),
      });
    });
  }

  answer(orderIds: readonly Id[], answer: { readonly result?: JsonObject; readonly failure?: string }): Promise<void> {
    const act = this.act('domain.read');
    return this.unitOfWork.run(act, (tx) => this.operator.answer(tx, orderIds, answer));
  }

  /** Namespaces that a destruction saw go. */
  noteGone(domainId: Id, term: number, namespaces: readonly string[]): Promise<void> {
    const act = this.act('domain.zone-gone');
    return this.unitOfWork.run(act, async (tx) => {
      const domain = await this.claimed(tx, domainId, term);
      const gone = (await this.domains.zones(tx, domainId)).filter((zone) => zone.goneAt === null && namespaces.includes(zone.namespace));
      await this.noteZones(tx, domain, act.at, { made: [], lost: [], gone });
    });
  }

  now(): Instant {
    return this.clock.now();
  }

  private async settle(tx: Tx, domain: OperationDomain, findings: Findings): Promise<void> {
    const { state, troubles } = decideStanding(domain, findings);
    // While a domain is being made, what does not stand yet is the work itself, not a trouble.
    const kept = domain.state === 'provisioning' && state === 'provisioning' ? domain.troubles : troubles;
    if (state === domain.state && canonicalJson(kept) === canonicalJson(domain.troubles)) return;
    await (state === domain.state
      ? this.domains.update(tx, domain, { troubles: kept })
      : this.domains.move(tx, domain, { state, troubles: kept }));
    const action = state === 'ready' ? 'domain.ready' : 'domain.degraded';
    await tx.record({
      ...subject(domain),
      action,
      before: { state: domain.state, troubles: domain.troubles },
      after: { state, troubles: kept },
      reasons: kept.map((trouble) => trouble.kind),
      details: { state, troubles: kept.map(({ kind, what }) => ({ kind, what: [...what] })) },
    });
    if (state !== domain.state && state === 'ready') {
      const { id: domainId, authorisationId, unitId } = domain;
      await tx.publish(domainReady, domainId, { domainId, authorisationId, unitId });
    }
  }

  private async noteZones(tx: Tx, domain: OperationDomain, at: Instant, report: Pick<PassReport, 'made' | 'lost' | 'gone'>): Promise<void> {
    const note = (action: string, zone: ZoneRecord, more: JsonObject = {}) =>
      tx.record({ ...subject(domain), action, details: { zone: zone.zone, namespace: zone.namespace, ...more } });
    for (const zone of report.made) {
      await this.domains.markZone(tx, zone.id, { madeAt: at });
      await note('domain.zone-made', zone);
    }
    for (const zone of report.gone) {
      await this.domains.markZone(tx, zone.id, { goneAt: at });
      await note('domain.zone-gone', zone);
    }
    const standing = currentZones(await this.domains.zones(tx, domain.id));
    for (const zone of report.lost.filter((one) => standing.some((other) => other.id === one.id))) {
      await this.domains.markZone(tx, zone.id, { lostAt: at });
      const next = newZone(domain.id, zone.zone, at);
      await this.domains.addZone(tx, next);
      await note('domain.zone-lost', zone, { rebuiltAs: next.namespace });
    }
  }

  private async noteProbes(tx: Tx, domain: OperationDomain, wanted: WantedDomain, report: PassReport): Promise<void> {
    const { verdicts } = report;
    const failed = verdicts.filter((verdict) => !verdict.holds);
    if (verdicts.length === 0) return;
    // While walls are still going up every second try would be a row.
    if (domain.state === 'provisioning' && failed.length > 0 && wanted.lastRun !== undefined) return;
    await this.operator.keepRun(tx, { id: newId(), domainId: domain.id, at: report.findings.at, verdicts });
    const names = failed.slice(0, 20).map((verdict) => `${verdict.zone}/${verdict.probe}: ${verdict.outcome}`);
    await tx.record({ ...subject(domain), action: 'domain.probed', details: { asked: verdicts.length, failed: names } });
  }

  private async imagesOf(tx: Tx, zone: Zone): Promise<readonly string[]> {
    return (await this.catalogue.listed(tx, zone)).map((row) => row.image);
  }

  private async claimed(tx: Tx, domainId: Id, term: number): Promise<OperationDomain> {
    if (!(await this.operator.claim(tx, domainId, term)))
      throw refuse('domain.term-over', { term, standing: (await this.operator.reconciliation(tx, domainId))?.term ?? 0 });
    return this.domains.lock(tx, domainId, 'update');
  }

  private act(action: string) {
    return systemAct('operator', action, this.clock.now(), traceparent());
  }
}

const unseen: Reconciliation = { wanted: 0, seen: -1, term: 0, at: null, steps: [], failure: null };
