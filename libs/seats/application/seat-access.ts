import { type Actor, type Id, type Instant, personOf, refuse } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { firstLapse } from '../domain/seat-conditions.js';
import type { SeatRow } from '../persistence/entities.js';
import { SeatsRepository } from '../persistence/seats.repository.js';
import { SeatFactsGatherer } from './seat-facts-gatherer.js';

/** What other contexts ask before they act for a person in a scenario. */
export interface WorkingSeat {
  readonly id: Id;
  readonly personId: Id;
  readonly scenarioId: Id;
  readonly authorisationId: Id;
  readonly unitId: Id;
}

@Injectable()
export class SeatAccess {
  constructor(
    private readonly seats: SeatsRepository,
    private readonly gatherer: SeatFactsGatherer,
  ) {}

  /**
   * The person's seat in the scenario, if it works at this moment: all its conditions are looked at now, so that nothing passes between
   * a lapse and the pause that follows it.
   * @throws Refusal `seat.needed`, `seat.not-active`, or the lapsed condition's own.
   */
  async assert(tx: Tx, personId: Id, scenarioId: Id, at: Instant): Promise<WorkingSeat> {
    const seat = await this.seats.openSeat(tx, personId, scenarioId);
    if (seat === undefined) throw refuse('seat.needed', { scenarioId });
    return this.assertWorks(tx, seat, at);
  }

  /** The seat of whoever acts. */
  assertSeat(tx: Tx, actor: Actor, scenarioId: Id): Promise<WorkingSeat> {
    return this.assert(tx, personOf(actor).personId, scenarioId, tx.context.at);
  }

  async activeOf(tx: Tx, personId: Id, scenarioId: Id): Promise<WorkingSeat | undefined> {
    const seat = await this.seats.openSeat(tx, personId, scenarioId);
    return seat?.state === 'active' ? working(seat) : undefined;
  }

  async ofScenario(tx: Tx, scenarioId: Id): Promise<readonly WorkingSeat[]> {
    const ids = await this.seats.idsOf(tx, { kind: 'scenario', id: scenarioId }, ['granted', 'active', 'paused']);
    return (await this.seats.find(tx, ids)).map(working);
  }

  /** Whose seat it is, in whatever state. @throws Refusal `seat.not-found`. */
  async whose(tx: Tx, seatId: Id): Promise<WorkingSeat> {
    return working(await this.seats.get(tx, seatId));
  }

  async assertWorks(tx: Tx, seat: SeatRow, at: Instant): Promise<WorkingSeat> {
    if (seat.state !== 'granted' && seat.state !== 'active') throw refuse('seat.not-active', { seatId: seat.id, state: seat.state });
    const lapse = firstLapse(await this.gatherer.facts(tx, seat, at), at);
    if (lapse !== undefined) throw refuse(lapse.code, { condition: lapse.condition, lapsedAt: lapse.lapsedAt, ...lapse.details });
    return working(seat);
  }
}

const working = ({ id, personId, scenarioId, authorisationId, unitId }: SeatRow): WorkingSeat => ({
  id,
  personId,
  scenarioId,
  authorisationId,
  unitId,
});
