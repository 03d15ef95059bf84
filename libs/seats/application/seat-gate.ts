import { Scenarios } from '#authorisations';
import { Refusal, sees, type Actor, type Grant, type Id } from '#kernel';
import { UnitOfWork, type Barred, type SeatGate as Asked, type Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { SeatAccess } from './seat-access.js';

/** Whoever may do an act by the developer's role alone does it by a seat that works: asked for every act that says so of itself (design §2.14). */
@Injectable()
export class SeatGate implements Asked {
  constructor(
    private readonly access: SeatAccess,
    private readonly scenarios: Scenarios,
    unitOfWork: UnitOfWork,
  ) {
    unitOfWork.askSeats(this);
  }

  async bars(tx: Tx, scenarioId: Id): Promise<Barred | undefined> {
    const { actor, at } = tx.context;
    if (actor.kind !== 'person') return undefined;
    const scenario = await this.scenarios.facts(tx, scenarioId);
    const developer = ({ role }: Grant): boolean => role === 'unit-developer';
    const reaches = (by: (grant: Grant) => boolean): boolean => sees(byGrants(actor, by), scenario, at);
    const otherwise = (grant: Grant): boolean => !developer(grant);
    if (reaches(otherwise)) return undefined;
    const seen = reaches(developer);
    // Another role of theirs lets them in, by what it reaches of the thing itself: the act decides.
    if (!seen && actor.grants.some(otherwise)) return undefined;
    try {
      // What closes the scenario for everybody is said first.
      await this.scenarios.assertOperating(tx, scenarioId, at);
      await this.access.assertSeat(tx, actor, scenarioId);
      return undefined;
    } catch (refusal) {
      if (refusal instanceof Refusal) return { refusal, seen };
      throw refusal;
    }
  }
}

const byGrants = (actor: Extract<Actor, { kind: 'person' }>, by: (grant: Grant) => boolean): Actor => ({
  ...actor,
  grants: actor.grants.filter(by),
});
