import { type ActContext, type Id } from '#kernel';
import { UnitOfWork, type Page } from '#platform/database';
import { findWork, listWork, readLanes, retryWork, type WorkView } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { LanesView, WorkQuery } from '../contract.js';
import { refuse } from '../domain/refusals.js';

/** Queued work for the people who run the platform: names, keys and codes, never a payload. */
@Injectable()
export class Work {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  list(ctx: ActContext, query: z.output<typeof WorkQuery>): Promise<Page<WorkView>> {
    return this.unitOfWork.read(ctx, (tx) => listWork(tx, query, query));
  }

  /** Every lane: its places, what runs and waits in them, and whose share is full. */
  lanes(ctx: ActContext): Promise<z.output<typeof LanesView>> {
    return this.unitOfWork.read(ctx, async (tx) => ({ at: ctx.at, ...(await readLanes(tx)) }));
  }

  /** Has failing or waiting work tried now. @throws Refusal `work.not-found`, `work.not-failing`. */
  retry(ctx: ActContext, id: Id): Promise<WorkView> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const work = await findWork(tx, id);
      if (work?.id !== id) throw refuse('work.not-found', { id });
      if (!(await retryWork(tx, id))) throw refuse('work.not-failing', { id, state: work.state });
      await tx.record({
        action: 'work.retried',
        object: { kind: 'work', id },
        ...(work.unitId === null ? {} : { unitId: work.unitId }),
        details: { name: work.name, key: work.key, attempts: work.attempts, lastError: work.lastError },
      });
      return { ...work, attempts: 0, losses: 0 };
    });
  }
}
