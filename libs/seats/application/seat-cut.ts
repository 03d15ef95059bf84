import { type CutMoment, type CutPath, type CutScope, type Id, type PathCut, Refusal, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Canaries } from '#platform/http';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import type { SeatRow } from '../persistence/entities.js';
import { SeatAccess } from './seat-access.js';
import { ScopedSeats } from './scoped-seats.js';

/** Seats of a scope that are asked for over HTTP; the rest by the same rule in this process, which their rows say. */
const askedOverHttp = 25;

/**
 * A new sign-in after the cut: every act in a scenario asks for the person's working seat. A canary with today's epochs, as a new sign-in
 * would have them, asks a replica for the seat by that very check.
 */
@Implements('cut-path')
@Injectable()
export class SeatCut implements CutPath {
  readonly path = 'api-tokens';
  readonly limits = 'Asked for the seat, not with the token of its person, which only the issuer could make.';
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly scoped: ScopedSeats,
    private readonly access: SeatAccess,
    private readonly canaries: Canaries,
  ) {}

  async cut(scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> {
    const { seats } = await this.scoped.of(scope);
    if (seats.length === 0) return [this.none(scope, moment)];
    return Promise.all(
      seats.map(async (seat, position) =>
        this.row(seat.id, moment, await (position < askedOverHttp ? this.ask(seat) : this.look(seat, moment))),
      ),
    );
  }

  private async ask({ id }: SeatRow): Promise<Pick<PathCut['probe'], 'how' | 'answer' | 'refused'>> {
    const { verdict, why } = await this.canaries.askFresh({ kind: 'seat', id }, `?seatId=${id}`);
    const refused = verdict === 'accepted' ? false : verdict === 'refused' && why.startsWith('seat.') ? true : ('unknown' as const);
    return {
      how: 'GET /api/v1/canary for the seat, with today’s epochs as a new sign-in has them',
      answer: `${verdict} (${why})`,
      refused,
    };
  }

  private look(seat: SeatRow, moment: CutMoment): Promise<Pick<PathCut['probe'], 'how' | 'answer' | 'refused'>> {
    const how = 'the check that every act in the scenario makes, in this process';
    return this.unitOfWork.read(systemAct('seats', 'seat.read', moment.now()), async (tx) => {
      try {
        await this.access.assertWorks(tx, seat, moment.now());
        return { how, answer: 'let in', refused: false };
      } catch (fault) {
        if (fault instanceof Refusal) return { how, answer: fault.code, refused: true };
        throw fault;
      }
    });
  }

  private row(id: Id, { seenAt, now }: CutMoment, probe: Pick<PathCut['probe'], 'how' | 'answer' | 'refused'>): PathCut {
    return { path: this.path, object: `seat/${id}`, cutAt: seenAt, closedBy: 'acknowledged', probe: { ...probe, at: now() } };
  }

  private none(scope: CutScope, { seenAt, now }: CutMoment): PathCut {
    return {
      path: this.path,
      object: `${scope.kind}/${scope.id}`,
      cutAt: seenAt,
      closedBy: 'nothing-open',
      probe: { how: 'seats of the scope in any working state', answer: '0', refused: true, at: now() },
    };
  }
}
