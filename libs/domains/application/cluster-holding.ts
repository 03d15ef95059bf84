import { refuse, type HeldItem, type Holding, type HoldingScope } from '#kernel';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import type { ClusterItem, RecoveryAttempt } from '../domain/operator-work.js';
import { Orders } from './orders.js';

/** Deleting a namespace waits for its pods, volumes and finalizers. */
const destructionSeconds = 180;

/** The cluster's own view of a domain: every namespaced thing by discovery, and its volumes. */
@Implements('holding')
@Injectable()
export class ClusterHolding implements Holding {
  readonly name = 'cluster';
  readonly order = 'workloads';
  constructor(private readonly orders: Orders) {}

  async inventory(scope: HoldingScope): Promise<readonly HeldItem[]> {
    const { items } = (await this.orders.ask(scope.domainId, 'inventory')) as unknown as { readonly items: readonly ClusterItem[] };
    return items.map((item) => ({ view: 'cluster', kind: item.kind, ref: item.ref }));
  }

  /** @throws Refusal `domain.destruction-unfinished` naming what is left and why. */
  async destroy(scope: HoldingScope): Promise<void> {
    const answer = await this.orders.ask(scope.domainId, 'destroy', destructionSeconds);
    const { left } = answer as unknown as { readonly left: readonly { readonly what: string; readonly why: string }[] };
    if (left.length > 0) throw refuse('domain.destruction-unfinished', { left: left.map(({ what, why }) => `${what}: ${why}`) });
  }

  async attemptRecovery(scope: HoldingScope): Promise<readonly RecoveryAttempt[]> {
    const answer = await this.orders.ask(scope.domainId, 'recover');
    return (answer as unknown as { readonly attempts: readonly RecoveryAttempt[] }).attempts;
  }
}
