import { digestOf, reachOf, type ActContext, type Reach } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { LOGGER } from '#platform/http';
import type { Logger } from '#platform/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { OVERSIGHT_CONFIG, type OversightConfig } from '../config.js';
import type { BoardView } from '../contract.js';
import { boardNumbers, type BoardNumber, type Count } from '../domain/board.js';
import { ageInSeconds } from '../domain/live.js';
import { BoardRepository } from '../persistence/board.repository.js';
import { ReadingsRepository } from '../persistence/readings.repository.js';
import { LiveRequirements } from './live-requirements.js';

/** The one board of an authority and of the administrators: what stands where, what waits, what is overdue (ADM-11). */
@Injectable()
export class Board {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly counts: BoardRepository,
    private readonly readings: ReadingsRepository,
    private readonly live: LiveRequirements,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(OVERSIGHT_CONFIG) private readonly config: OversightConfig,
  ) {}

  /** Counts only what the person's grants reach (ADM-03); numbers of the platform itself are for its administrators. */
  async read(ctx: ActContext): Promise<z.input<typeof BoardView>> {
    const reach = reachOf(ctx.actor, ctx.at);
    const mine = boardNumbers.filter(({ agreement }) => reach.everything || agreement !== undefined);
    const counted: (Count | undefined)[] = [];
    for (const number of mine) counted.push(await this.count(ctx, number, reach));
    const reachKey = reach.everything ? 'platform' : digestOf([[...reach.authorityIds].sort(), [...reach.unitIds].sort()]);
    const numbers = await this.unitOfWork.run({ ...ctx, action: 'board.read' }, async (tx) => {
      const views: z.input<typeof BoardView>['numbers'] = [];
      for (const [index, number] of mine.entries()) {
        const fresh = counted[index];
        if (fresh !== undefined) await this.readings.keep(tx, 'number', number.name, reachKey, fresh, ctx.at);
        const last = fresh === undefined ? await this.readings.last<Count>(tx, 'number', number.name, reachKey) : undefined;
        const shown = fresh ?? last?.value;
        const readAt = fresh === undefined ? (last?.readAt ?? null) : ctx.at;
        views.push({
          name: number.name,
          zh: number.zh,
          en: number.en,
          state: fresh !== undefined ? 'fresh' : shown !== undefined ? 'stale' : 'no-source',
          value: shown?.value ?? null,
          by: { ...shown?.by },
          opens: number.opens,
          ids: [...(shown?.ids ?? [])],
          since: shown?.since ?? null,
          readAt,
          ageSeconds: readAt === null ? null : ageInSeconds(readAt, ctx.at),
        });
      }
      return views;
    });
    return { at: ctx.at, numbers, requirements: await this.live.summary() };
  }

  private async count(ctx: ActContext, number: BoardNumber, reach: Reach): Promise<Count | undefined> {
    try {
      return await this.unitOfWork.read(ctx, (tx) => this.counts.count(tx, number, reach, this.config.sourceTimeoutMs));
    } catch (fault) {
      this.log.error('oversight.number-unread', fault, { number: number.name });
      return undefined;
    }
  }
}
