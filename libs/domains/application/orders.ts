import { newId, refuse, systemAct, type Clock, type Id, type JsonObject } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { traceparent } from '#platform/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { DOMAINS_CONFIG, type DomainsConfig } from '../config.js';
import type { ClusterOrder, OrderKind } from '../domain/operator-work.js';
import { OperatorRepository } from '../persistence/operator.repository.js';

const lookEveryMs = 100;

/** Orders to the operator and their answers, through the database: no other process needs a right in the cluster. */
@Injectable()
export class Orders {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: OperatorRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DOMAINS_CONFIG) private readonly config: DomainsConfig,
  ) {}

  async place(tx: Tx, domainId: Id, kind: OrderKind): Promise<Pick<ClusterOrder, 'id' | 'kind' | 'requestedAt' | 'doneAt'>> {
    const order = { id: newId(), domainId, kind, requestedAt: tx.context.at };
    await this.repository.place(tx, order);
    return { ...order, doneAt: null };
  }

  /**
   * Places an order and waits for its answer.
   * @throws Refusal `domain.operator-silent` when none came in time (the order stands), `domain.order-failed` with the cause.
   */
  async ask(domainId: Id, kind: OrderKind, seconds = this.config.answerWithinSeconds): Promise<JsonObject> {
    const act = () => systemAct('domains', 'domain.plan-read', this.clock.now(), traceparent());
    const { id } = await this.unitOfWork.run(act(), (tx) => this.place(tx, domainId, kind));
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      const order = await this.unitOfWork.read(act(), (tx) => this.repository.order(tx, id));
      if (order?.failure) throw refuse('domain.order-failed', { order: kind, cause: order.failure });
      if (order?.doneAt) return order.result ?? {};
      await pause(lookEveryMs);
    }
    throw refuse('domain.operator-silent', { seconds, order: kind });
  }
}
