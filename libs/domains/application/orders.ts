import { Batched, newId, systemAct, type Clock, type Id, type Instant, type JsonObject } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { CLOCK } from '#platform/http';
import { traceparent } from '#platform/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { DOMAINS_CONFIG, type DomainsConfig } from '../config.js';
import { type ClusterOrder, type LookStanding, type LookSubject, type OrderKind, pending, shownAfter } from '../domain/operator-work.js';
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
  private readonly newest = new Batched<LookSubject, LookStanding>(
    (subjects) => {
      const act = systemAct('domains', 'domain.plan-read', this.clock.now(), traceparent());
      return this.unitOfWork.read(act, (tx) => this.repository.newest(tx, subjects));
    },
    { gatherMs: 0 },
  );
  private readonly placing = new Batched<LookSubject & { readonly since: Instant }, undefined>((asked) => this.placeLooks(asked));

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly repository: OperatorRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DOMAINS_CONFIG) private readonly config: DomainsConfig,
  ) {}

  private async placeLooks(asked: readonly (LookSubject & { readonly since: Instant })[]): Promise<undefined[]> {
    const bySubject = [...Map.groupBy(asked, ({ domainId, kind }) => `${domainId} ${kind}`)].sort(([a], [b]) => (a < b ? -1 : 1));
    await this.unitOfWork.run(systemAct('domains', 'domain.plan-read', this.clock.now(), traceparent()), async (tx) => {
      for (const [, [first, ...more]] of bySubject) {
        if (first === undefined) continue;
        const { domainId, kind } = first;
        await this.repository.alone(tx, domainId, kind);
        const [standing] = await this.repository.newest(tx, [first]);
        const latest = more.reduce((since, other) => (other.since > since ? other.since : since), first.since);
        if (standing === undefined || !pending(standing, latest)) await this.place(tx, domainId, kind);
      }
    });
    return asked.map(() => undefined);
  }

  async place(tx: Tx, domainId: Id, kind: OrderKind): Promise<Pick<ClusterOrder, 'id' | 'kind' | 'requestedAt' | 'doneAt'>> {
    const id = newId();
    const requestedAt = await this.repository.place(tx, { id, domainId, kind });
    return { id, kind, requestedAt, doneAt: null };
  }

  /**
   * What the operator saw in a look that began after `since`, by what it has answered already: waits for nothing. Where that is not
   * enough, or nothing yet, it is asked (again), by one open order for all whom the next look may answer.
   * @param since of the database's clock; an older look shows nothing of what was done meanwhile, but for one with which an order of the
   *   cut's own transaction began
   * @throws Refusal `domain.order-failed` with the cause of the newest answer; it is asked again all the same.
   */
  async look(subject: LookSubject, since: Instant, enough: (result: JsonObject) => boolean): Promise<LookAnswer | undefined> {
    const standing = await this.newest.ask(subject);
    const answered = shownAfter(standing, since);
    const answer = answered?.failure === null ? { result: answered.result ?? {}, at: answered.doneAt as Instant } : undefined;
    if (answer !== undefined && enough(answer.result)) return answer;
    if (!pending(standing, since)) await this.placing.ask({ ...subject, since });
    if (answered?.failure) throw refuse('domain.order-failed', { order: subject.kind, cause: answered.failure });
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
