import type { ActContext, Id } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { SeatsRepository } from '../persistence/seats.repository.js';
import { SeatAccess } from './seat-access.js';

/** What a canary's request comes to: a transaction like every other's and, where it names one, the check of the seat. */
@Injectable()
export class SeatProbe {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seats: SeatsRepository,
    private readonly access: SeatAccess,
  ) {}

  /** @throws Refusal `access.ended`, and of the seat as `SeatAccess.assert` does. */
  async assert(ctx: ActContext, seatId: Id | undefined): Promise<void> {
    await this.unitOfWork.read(ctx, async (tx) => {
      if (seatId !== undefined) await this.access.assertWorks(tx, await this.seats.get(tx, seatId), ctx.at);
    });
  }
}
