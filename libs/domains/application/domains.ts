import { assertSees, newId, type ActContext, type Id, type Reached } from '#kernel';
import { authorisationNotFound, Authorisations } from '#authorisations';
import { UnitOfWork, type Page, type Tx } from '#platform/database';
import { Inject, Injectable } from '@nestjs/common';
import { DOMAINS_CONFIG, type DomainsConfig } from '../config.js';
import {
  currentZones,
  decideAcceptance,
  type DomainState,
  type domainTransitions,
  type OperationDomain,
} from '../domain/operation-domain.js';
import type { Reconciliation } from '../domain/operator-work.js';
import { plantJob } from '../domain/work.js';
import { zoneNamespace, zones, type Zone, type ZoneQuota } from '../domain/zone.js';
import { DomainsRepository, type DomainRef, type LockMode } from '../persistence/domains.repository.js';
import { OperatorRepository } from '../persistence/operator.repository.js';
import type { ZoneRecord } from '../domain/operation-domain.js';
import { refuse } from '../domain/refusals.js';

/** What other contexts decide by. */
export interface DomainFacts {
  readonly id: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
  readonly authorityId: Id;
  readonly state: DomainState;
  /** The present namespace of each zone. */
  readonly zones: readonly { readonly zone: Zone; readonly namespace: string; readonly nodePool: string | null }[];
}
export interface DomainDetail {
  readonly domain: OperationDomain;
  readonly zones: readonly ZoneRecord[];
  readonly reconciliation: Reconciliation | undefined;
}

interface NodePools {
  readonly dev?: string | undefined;
  readonly prod?: string | undefined;
}

@Injectable()
export class Domains {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: DomainsRepository,
    private readonly operator: OperatorRepository,
    private readonly authorisations: Authorisations,
    @Inject(DOMAINS_CONFIG) private readonly config: DomainsConfig,
  ) {}

  /** Asks for the domain of an authorisation that is in force; asking again answers with the same one. */
  request(
    ctx: ActContext,
    input: { authorisationId: Id; quota?: ZoneQuota | undefined; nodePools?: NodePools | undefined },
  ): Promise<DomainDetail> {
    return this.unitOfWork.run(ctx, async (tx) => this.detail(tx, await this.requestIn(tx, input, 'domain.requested')));
  }

  /** The same inside another act, e.g. when an authorisation comes into force. */
  async requestIn(
    tx: Tx,
    input: { authorisationId: Id; quota?: ZoneQuota | undefined; nodePools?: NodePools | undefined },
    action: string,
  ): Promise<OperationDomain> {
    const authorisation = await this.authorisations.facts(tx, input.authorisationId, 'share');
    assertSees(tx.context.actor, authorisation, tx.context.at, authorisationNotFound(input.authorisationId));
    const standing = await this.repository.find(tx, input, 'none');
    if (standing !== undefined) {
      await tx.record({ action, object: { kind: 'operation-domain', id: standing.id }, domainId: standing.id, reasons: ['already-there'] });
      return standing;
    }
    if (authorisation.state !== 'in-force') throw refuse('domain.authorisation-not-in-force', { state: authorisation.state });
    const id = newId();
    const { at } = tx.context;
    const made = await this.repository.insert(
      tx,
      {
        id,
        createdAt: at,
        authorisationId: input.authorisationId,
        unitId: authorisation.unitId,
        authorityId: authorisation.authorityId,
        state: 'requested',
        sealedFrom: null,
        quota: input.quota ?? this.config.quota,
        nodePools: poolsOf(input.nodePools ?? this.config.nodePools),
        troubles: [],
        traceparent: tx.context.traceparent ?? null,
      },
      zones.map((zone) => newZone(id, zone, at)),
    );
    await this.operator.ring(tx, id);
    await tx.enqueue(plantJob, { key: id });
    await this.note(tx, action, made);
    return made;
  }

  /** For late news: an authorisation that was suspended or ended meanwhile gets no domain by what came before. */
  async requestIfInForce(tx: Tx, authorisationId: Id): Promise<void> {
    const { state } = await this.authorisations.facts(tx, authorisationId, 'share');
    if (state === 'in-force') await this.requestIn(tx, { authorisationId }, 'domain.requested');
  }

  list(
    ctx: ActContext,
    query: { authorisationId?: Id | undefined; limit?: number | undefined; cursor?: string | undefined },
  ): Promise<Page<DomainDetail>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.repository.page(tx, query.authorisationId, query);
      const items = [];
      for (const domain of page.items) items.push(await this.detail(tx, domain));
      return { items, next: page.next };
    });
  }

  read(ctx: ActContext, id: Id): Promise<DomainDetail> {
    return this.unitOfWork.read(ctx, async (tx) => this.detail(tx, await this.seen(tx, id)));
  }

  /** The domain, for who may see it. @throws Refusal `domain.not-found`, also for another's. */
  async seen(tx: Tx, id: Id, mode: LockMode = 'none'): Promise<OperationDomain> {
    const domain = await this.repository.find(tx, { domainId: id }, mode);
    if (domain === undefined) throw refuse('domain.not-found', { id });
    assertSees(tx.context.actor, domain, tx.context.at, refuse('domain.not-found', { id }));
    return domain;
  }

  /** Somebody answers for going on although what lived only on a lost zone's volumes is gone. */
  acceptLoss(ctx: ActContext, id: Id, reason: string): Promise<DomainDetail> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const domain = await this.seen(tx, id, 'update');
      const troubles = decideAcceptance(domain);
      const changed = await this.repository.update(tx, domain, { troubles });
      await tx.record({
        ...subject(domain),
        action: 'domain.loss-accepted',
        before: domain.troubles,
        after: troubles,
        details: { lost: domain.troubles.flatMap((trouble) => (trouble.kind === 'zone-lost' ? [...trouble.what] : [])), reason },
      });
      await this.operator.ring(tx, id);
      return this.detail(tx, changed);
    });
  }

  /** For other contexts' decisions, in their transaction. @returns undefined where the authorisation has no domain. */
  async find(tx: Tx, ref: DomainRef, mode: LockMode = 'share'): Promise<DomainFacts | undefined> {
    const domain = await this.repository.find(tx, ref, mode);
    if (domain === undefined) return undefined;
    const current = currentZones(await this.repository.zones(tx, domain.id));
    const { id, authorisationId, unitId, authorityId, state } = domain;
    return {
      ...{ id, authorisationId, unitId, authorityId, state },
      zones: current.map(({ zone, namespace }) => ({ zone, namespace, nodePool: domain.nodePools[zone] ?? null })),
    };
  }

  /** @throws Refusal `domain.not-found`. */
  async facts(tx: Tx, ref: DomainRef, mode: LockMode = 'share'): Promise<DomainFacts> {
    const facts = await this.find(tx, ref, mode);
    if (facts === undefined) throw refuse('domain.not-found', { ...ref });
    return facts;
  }

  /** Suspended or expired: at once for everything that asks (epoch), in the cluster by the operator. Sealing what is sealed does nothing. */
  async seal(tx: Tx, id: Id): Promise<void> {
    const domain = await this.repository.lock(tx, id, 'update');
    if (domain.state === 'sealed' || domain.state === 'destroying' || domain.state === 'destroyed') return;
    await this.move(tx, domain, 'sealed', 'domain.sealed', domain.state);
    await tx.bumpEpoch('domain', id);
  }

  /** Back to where it was. Whether it is `ready` then, the next probes say. */
  async unseal(tx: Tx, id: Id): Promise<void> {
    const domain = await this.repository.lock(tx, id, 'update');
    if (domain.state !== 'sealed') return;
    await this.move(tx, domain, domain.sealedFrom ?? 'degraded', 'domain.unsealed', null);
  }

  /** For late news of a suspension or an end: nothing is sealed while the authorisation is in force now. */
  async sealUnlessInForce(tx: Tx, id: Id): Promise<void> {
    const domain = await this.repository.lock(tx, id, 'update');
    const authorisation = await this.authorisations.facts(tx, domain.authorisationId, 'share');
    if (authorisation.state !== 'in-force') await this.seal(tx, id);
  }

  /** For late news of a resumption: nothing is opened unless the authorisation is in force now. */
  async unsealIfInForce(tx: Tx, id: Id): Promise<void> {
    const domain = await this.repository.lock(tx, id, 'update');
    const authorisation = await this.authorisations.facts(tx, domain.authorisationId, 'share');
    if (authorisation.state === 'in-force') await this.unseal(tx, id);
  }

  /** The termination has decided exits and inventory; from here on the zones may be emptied. */
  async beginDestruction(tx: Tx, id: Id): Promise<void> {
    const domain = await this.repository.lock(tx, id, 'update');
    if (domain.state === 'destroying' || domain.state === 'destroyed') return;
    await this.move(tx, domain, 'destroying', 'domain.destruction-begun', null);
    await tx.end({ kind: 'domain', id, unitId: domain.unitId, authorityId: domain.authorityId }, 'closing');
    await tx.bumpEpoch('domain', id);
  }

  /** @throws Refusal `domain.destruction-unfinished` naming the namespaces that were not seen to be gone. */
  async markDestroyed(tx: Tx, id: Id): Promise<void> {
    const domain = await this.repository.lock(tx, id, 'update');
    if (domain.state === 'destroyed') return;
    const left = (await this.repository.zones(tx, id)).filter((zone) => zone.goneAt === null);
    if (left.length > 0) throw refuse('domain.destruction-unfinished', { left: left.map((zone) => zone.namespace) });
    await this.move(tx, domain, 'destroyed', 'domain.destroyed', null);
    await tx.end({ kind: 'domain', id, unitId: domain.unitId, authorityId: domain.authorityId }, 'ended');
  }

  async detail(tx: Tx, domain: OperationDomain): Promise<DomainDetail> {
    return { domain, zones: await this.repository.zones(tx, domain.id), reconciliation: await this.operator.reconciliation(tx, domain.id) };
  }

  private async move(
    tx: Tx,
    domain: OperationDomain,
    to: Reached<typeof domainTransitions>,
    action: string,
    sealedFrom: OperationDomain['sealedFrom'],
  ): Promise<void> {
    await this.repository.move(tx, domain, { state: to, sealedFrom });
    await tx.record({ ...subject(domain), action, before: { state: domain.state }, after: { state: to } });
    await this.operator.ring(tx, domain.id);
  }

  private async note(tx: Tx, action: string, domain: OperationDomain): Promise<void> {
    await tx.record({ ...subject(domain), action, after: domain });
  }
}

/** What a journal fact of a domain is about. */
export const subject = (domain: Pick<OperationDomain, 'id' | 'unitId' | 'authorisationId'>) => ({
  object: { kind: 'operation-domain', id: domain.id },
  domainId: domain.id,
  unitId: domain.unitId,
  authorisationId: domain.authorisationId,
});

/** A zone's next namespace. Its nonce is the random end of a fresh id. */
export const newZone = (domainId: Id, zone: Zone, at: string): ZoneRecord => ({
  id: newId(),
  domainId,
  zone,
  namespace: zoneNamespace(domainId, zone, newId().slice(-8)),
  createdAt: at,
  ...{ madeAt: null, lostAt: null, goneAt: null },
});

const poolsOf = (pools: NodePools): Partial<Record<Zone, string>> => ({
  ...(pools.dev === undefined ? {} : { dev: pools.dev }),
  ...(pools.prod === undefined ? {} : { prod: pools.prod }),
});
