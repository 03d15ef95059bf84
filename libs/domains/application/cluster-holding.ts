import { type HeldItem, type Holding, type HoldingScope, type RecoveryTry } from '#kernel';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import { DOMAINS_CONFIG, type DomainsConfig } from '../config.js';
import type { ClusterItem } from '../domain/operator-work.js';
import { Orders } from './orders.js';
import { refuse } from '../domain/refusals.js';

/** For what comes before and after the waiting for namespaces. */
const besidesSeconds = 60;

/** The cluster's own view of a domain: every namespaced thing by discovery, and its volumes. */
@Implements('holding')
@Injectable()
export class ClusterHolding implements Holding {
  readonly name = 'cluster';
  readonly order = 'workloads';
  constructor(
    private readonly orders: Orders,
    @Inject(DOMAINS_CONFIG) private readonly config: DomainsConfig,
  ) {}

  async list(scope: HoldingScope): Promise<readonly HeldItem[]> {
    const { items } = (await this.orders.ask(scope.domainId, 'inventory')) as unknown as { readonly items: readonly ClusterItem[] };
    return items.map((item) => ({ view: 'cluster', kind: item.kind, ref: item.ref }));
  }

  /** @throws Refusal `domain.destruction-unfinished` naming what is left and why. */
  async destroy(scope: HoldingScope): Promise<void> {
    const answer = await this.orders.ask(scope.domainId, 'destroy', this.config.goneWithinSeconds + besidesSeconds);
    const { left } = answer as unknown as { readonly left: readonly { readonly what: string; readonly why: string }[] };
    if (left.length > 0) throw refuse('domain.destruction-unfinished', { left: left.map(({ what, why }) => `${what}: ${why}`) });
  }

  async readBack(scope: HoldingScope): Promise<readonly RecoveryTry[]> {
    const answer = await this.orders.ask(scope.domainId, 'recover');
    return (answer as unknown as { readonly attempts: readonly RecoveryTry[] }).attempts;
  }
}
