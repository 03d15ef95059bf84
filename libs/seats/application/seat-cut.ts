import { type Clock, type CutPath, type CutScope, type Instant, type PathCut, Refusal, systemAct } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import type { SeatRow } from '../persistence/entities.js';
import { SeatsRepository } from '../persistence/seats.repository.js';
import { SeatAccess } from './seat-access.js';
import { ScopedSeats } from './scoped-seats.js';

/**
 * The way in through the API: every act in a scenario asks for the person's working seat. The decision already stands in the seat's
 * state; this asks as each such request does and says what came back.
 */
@Implements('cut-path')
@Injectable()
export class SeatCut implements CutPath {
  readonly path = 'api-tokens';
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seats: SeatsRepository,
    private readonly scoped: ScopedSeats,
    private readonly access: SeatAccess,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  cut(scope: CutScope, at: Instant): Promise<readonly PathCut[]> {
    return this.unitOfWork.read(systemAct('seats', 'seat.read', at), async (tx) => {
      const seats = await this.seats.find(tx, await this.scoped.ids(tx, scope));
      const rows: PathCut[] = [];
      for (const seat of seats) rows.push(await this.ask(tx, seat, at));
      return rows.length > 0 ? rows : [this.none(scope, at)];
    });
  }

  private async ask(tx: Tx, seat: SeatRow, at: Instant): Promise<PathCut> {
    const probedAt = this.clock.now();
    const answer = await this.answerTo(tx, seat, probedAt);
    return {
      path: this.path,
      object: `seat/${seat.id}`,
      cutAt: at,
      closedBy: 'acknowledged',
      probe: {
        how: 'the check that every act in the scenario makes, for the person of the seat',
        answer: answer ?? 'let in',
        refused: answer !== null,
        at: probedAt,
      },
    };
  }

  /** @returns the refusal's code, or null when the seat lets in. */
  private async answerTo(tx: Tx, seat: SeatRow, at: Instant): Promise<string | null> {
    try {
      await this.access.assertWorks(tx, seat, at);
      return null;
    } catch (fault) {
      if (fault instanceof Refusal) return fault.code;
      throw fault;
    }
  }

  private none(scope: CutScope, at: Instant): PathCut {
    const probedAt = this.clock.now();
    return {
      path: this.path,
      object: `${scope.kind}/${scope.id}`,
      cutAt: at,
      closedBy: 'nothing-open',
      probe: { how: 'seats of the scope in any working state', answer: '0', refused: true, at: probedAt },
    };
  }
}
