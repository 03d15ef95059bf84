import { newId, systemAct, type Clock, type Id, type Instant, type JsonObject } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { traceparent } from '#platform/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { DOMAINS_CONFIG, type DomainsConfig } from '../config.js';
import type { ClusterOrder, LookKind, OrderKind } from '../domain/operator-work.js';
import { OperatorRepository } from '../persistence/operator.repository.js';
import { refuse } from '../domain/refusals.js';

const lookEveryMs = 100;

/** What the operator saw, and when its answer was written (database clock). */
export interface LookAnswer {
  readonly result: JsonObject;
  readonly at: Instant;
}

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
    const id = newId();
    const requestedAt = await this.repository.place(tx, { id, domainId, kind });
    return { id, kind, requestedAt, doneAt: null };
  }

  /**
   * What the operator saw after `since`, by what it has answered already: waits for nothing. Where that is not enough, or nothing yet,
   * it is asked (again), by one open order for all who may share its answer.
   * @param since of the database's clock; an order placed before it may have been answered by an older look
   * @throws Refusal `domain.order-failed` with the cause of the newest answer; it is asked again all the same.
   */
  async look(domainId: Id, kind: LookKind, since: Instant, enough: (result: JsonObject) => boolean): Promise<LookAnswer | undefined> {
    const act = systemAct('domains', 'domain.plan-read', this.clock.now(), traceparent());
    const read = (tx: Tx) => this.repository.since(tx, domainId, kind, since);
    const before = await this.unitOfWork.read(act, read);
    const answered = before.find(({ doneAt }) => doneAt !== null);
    const answer = answered?.failure === null ? { result: answered.result ?? {}, at: answered.doneAt as Instant } : undefined;
    if (answer !== undefined && enough(answer.result)) return answer;
    if (before.every(({ doneAt }) => doneAt !== null))
      await this.unitOfWork.run(act, async (tx) => {
        await this.repository.alone(tx, domainId, kind);
        if ((await read(tx)).every(({ doneAt }) => doneAt !== null)) await this.place(tx, domainId, kind);
      });
    if (answered?.failure) throw refuse('domain.order-failed', { order: kind, cause: answered.failure });
    return answer;
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
