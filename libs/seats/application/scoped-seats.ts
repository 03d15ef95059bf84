import { Domains } from '#domains';
import type { CutScope, Id } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { type SeatState, seatTransitions } from '../domain/seat.js';
import { SeatsRepository } from '../persistence/seats.repository.js';

/** States in which a seat was granted at some time, so that something may still hang on it. */
const everGranted = (Object.keys(seatTransitions) as SeatState[]).filter((state) => state !== 'requested' && state !== 'refused');

/** The seats that a cut's scope means. */
@Injectable()
export class ScopedSeats {
  constructor(
    private readonly seats: SeatsRepository,
    private readonly domains: Domains,
  ) {}

  async ids(tx: Tx, scope: CutScope): Promise<readonly Id[]> {
    if (scope.kind !== 'domain') return this.seats.idsOf(tx, { kind: scope.kind, id: scope.id }, everGranted);
    const { authorisationId } = await this.domains.facts(tx, { domainId: scope.id });
    return this.seats.idsOf(tx, { kind: 'authorisation', id: authorisationId }, everGranted);
  }
}
