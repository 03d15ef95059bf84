import type { ActContext, Id } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { ClusterOrder, ProbeRun } from '../domain/operator-work.js';
import { OperatorRepository } from '../persistence/operator.repository.js';
import { Domains, subject } from './domains.js';
import { Orders } from './orders.js';

/** What the last probes said, a new run, and what the next pass would change. */
@Injectable()
export class Probes {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly domains: Domains,
    private readonly operator: OperatorRepository,
    private readonly orders: Orders,
  ) {}

  last(ctx: ActContext, domainId: Id): Promise<ProbeRun | undefined> {
    return this.unitOfWork.read(ctx, async (tx) => {
      await this.domains.seen(tx, domainId);
      return this.operator.lastRun(tx, domainId);
    });
  }

  order(ctx: ActContext, domainId: Id): Promise<Pick<ClusterOrder, 'id' | 'kind' | 'requestedAt' | 'doneAt'>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const domain = await this.domains.seen(tx, domainId);
      const order = await this.orders.place(tx, domainId, 'probe');
      await tx.record({ ...subject(domain), action: 'domain.probing-ordered', details: { orderId: order.id } });
      return order;
    });
  }

  /** The steps of a pass, without taking them. */
  async plan(ctx: ActContext, domainId: Id): Promise<readonly string[]> {
    await this.unitOfWork.read(ctx, (tx) => this.domains.seen(tx, domainId));
    const { steps } = await this.orders.ask(domainId, 'plan');
    return (steps ?? []) as readonly string[];
  }
}
