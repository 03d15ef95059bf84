import { sees, Shares, type ActContext, type Id } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { findWork, type WorkView } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { OVERSIGHT_CONFIG, type OversightConfig } from '../config.js';
import { isFinal, operationState, type Operation } from '../domain/operation.js';
import { FollowedWork, lookEveryMs } from './followed-work.js';
import { OperationsRepository } from '../persistence/operations.repository.js';
import { refuse } from '../domain/refusals.js';

/** A comment line now and then keeps proxies from closing a quiet stream. */
const quietPolls = 30;

/** Long work, for who ordered it: by the id of the work, or of the object it is about. */
@Injectable()
export class Operations {
  private readonly shares: Shares;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly operations: OperationsRepository,
    private readonly followed: FollowedWork,
    @Inject(OVERSIGHT_CONFIG) private readonly config: OversightConfig,
  ) {
    this.shares = new Shares({ all: config.followers, person: config.followersPerPerson, unit: config.followersPerUnit });
  }

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
      return operationOf(work);
    });
  }

  /**
   * The operation as server-sent events: one `operation` event for each change, until it is final, its follower's access is cut (the
   * route's guard ends it), or `followSeconds` have passed (then `again`, and the client comes back). The first read decides whether there is a stream at all.
   * @throws Refusal `operation.not-found`, `operation.too-many-followers`.
   */
  async follow(ctx: ActContext, id: Id): Promise<Readable> {
    const release = this.take(ctx);
    const first = await this.read(ctx, id).catch((refused: unknown) => {
      release();
      throw refused;
    });
    const stream = new Readable({
      read: () => undefined,
      destroy: (fault, done) => {
        release();
        done(fault);
      },
    });
    this.tell(stream, first).catch((fault: unknown) => stream.destroy(fault as Error));
    return stream;
  }

  /** A place of the person's share, before anything is waited for: who asks for many at once gets no more. */
  private take({ actor }: ActContext): () => void {
    const taker = actor.kind === 'person' ? { person: actor.personId, unit: actor.organisationId } : { person: 'none', unit: 'none' };
    const taken = this.shares.take(taker);
    if (typeof taken === 'string') throw refuse('operation.too-many-followers', { whose: taken, limit: this.shares.places[taken] });
    return taken;
  }

  /** Tells what changes until the operation, the time or the stream is over; to a slow reader, no more than the newest state. */
  private async tell(stream: Readable, first: Operation): Promise<void> {
    const polls = Math.ceil((this.config.followSeconds * 1000) / lookEveryMs);
    let operation: Operation | undefined = first;
    let sent = '';
    for (let poll = 1; operation !== undefined && !stream.destroyed; poll += 1) {
      const text = JSON.stringify(operation);
      const isLast = isFinal(operation);
      if (isLast || stream.readableLength === 0) {
        if (text !== sent) stream.push(`id: ${String(poll)}\nevent: operation\ndata: ${text}\n\n`);
        else if (poll % quietPolls === 0) stream.push(': still here\n\n');
        sent = text;
      }
      if (isLast) break;
      if (poll >= polls) {
        stream.push('event: again\nretry: 1000\ndata: {}\n\n');
        break;
      }
      const work = await this.followed.at(first.id);
      operation = work === undefined ? undefined : operationOf(work);
    }
    if (!stream.destroyed) stream.push(null);
  }
}

const operationOf = (work: WorkView): Operation => ({
  id: work.id,
  name: work.name,
  subject: work.key,
  state: operationState(work.state),
  attempts: work.attempts,
  waits: work.waits,
  progress: work.progress,
  error: work.lastError,
  orderedAt: work.orderedAt,
  dueAt: work.dueAt,
  finishedAt: work.finishedAt,
});
