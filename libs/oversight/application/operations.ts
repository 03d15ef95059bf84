import { sees, type ActContext, type Id } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { findWork } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { OVERSIGHT_CONFIG, type OversightConfig } from '../config.js';
import { isFinal, operationState, type Operation } from '../domain/operation.js';
import { OperationsRepository } from '../persistence/operations.repository.js';
import { refuse } from '../domain/refusals.js';

const pollMs = 500;
/** A comment line now and then keeps proxies from closing a quiet stream. */
const quietPolls = 30;

/** Long work, for who ordered it: by the id of the work, or of the object it is about. */
@Injectable()
export class Operations {
  private following = 0;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly operations: OperationsRepository,
    @Inject(OVERSIGHT_CONFIG) private readonly config: OversightConfig,
  ) {}

  /** @throws Refusal `operation.not-found`, also for another unit's. */
  read(ctx: ActContext, id: Id): Promise<Operation> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const work = await findWork(tx, id);
      if (work === undefined) throw refuse('operation.not-found', { id });
      const { actor } = ctx;
      const mine =
        sees(actor, { unitId: work.unitId ?? undefined }, ctx.at) ||
        (actor.kind === 'person' && (await this.operations.actedOn(tx, work.key, actor.personId)));
      if (!mine) throw refuse('operation.not-found', { id });
      return {
        id: work.id,
        name: work.name,
        subject: work.key,
        state: operationState(work.state),
        attempts: work.attempts,
        progress: work.progress,
        error: work.lastError,
        orderedAt: work.orderedAt,
        dueAt: work.dueAt,
        finishedAt: work.finishedAt,
      };
    });
  }

  /**
   * The operation as server-sent events: one `operation` event for each change, until it is final, its follower's access is cut (the
   * route's guard ends it), or `followSeconds` have passed (then `again`, and the client comes back). The first read decides whether there is a stream at all.
   * @throws Refusal `operation.not-found`, `operation.too-many-followers`.
   */
  async follow(ctx: ActContext, id: Id): Promise<AsyncGenerator<string>> {
    const first = await this.read(ctx, id);
    if (this.following >= this.config.followers) throw refuse('operation.too-many-followers', { limit: this.config.followers });
    return this.events(ctx, first);
  }

  private async *events(ctx: ActContext, first: Operation): AsyncGenerator<string> {
    this.following += 1;
    try {
      const polls = Math.ceil((this.config.followSeconds * 1000) / pollMs);
      let operation = first;
      let sent = '';
      for (let poll = 1; ; poll += 1) {
        const text = JSON.stringify(operation);
        if (text !== sent) yield `id: ${String(poll)}\nevent: operation\ndata: ${text}\n\n`;
        else if (poll % quietPolls === 0) yield ': still here\n\n';
        sent = text;
        if (isFinal(operation)) return;
        if (poll >= polls) {
          yield 'event: again\nretry: 1000\ndata: {}\n\n';
          return;
        }
        await pause(pollMs);
        operation = await this.read(ctx, first.id);
      }
    } finally {
      this.following -= 1;
    }
  }
}
