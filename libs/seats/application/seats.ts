import { scenarioNotFound, Authorisations, Scenarios } from '#authorisations';
import { type ActContext, assertSees, type Id, newId, personOf } from '#kernel';
import { PersonLocks, Standings } from '#identity';
import { type Page, type Tx, UnitOfWork } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { RefuseSeat, RequestSeat, SeatDetail, SeatListed, SeatsQuery, SeatView } from '../contract.js';
import { verdicts } from '../domain/seat-conditions.js';
import { assertRequestable, decideGrant, decideRefusal } from '../domain/seat-decisions.js';
import { basisOf } from '../domain/seat.js';
import type { SeatRow } from '../persistence/entities.js';
import { SeatsRepository } from '../persistence/seats.repository.js';
import { WorkspacesRepository } from '../persistence/workspaces.repository.js';
import { partiesOf, SeatChanges } from './seat-changes.js';
import { SeatFactsGatherer } from './seat-facts-gatherer.js';
import { SeatReview } from './seat-review.js';
import { seatTaken } from './seat-sight.js';
import { conditionView, seatView, workspaceView } from './seat-views.js';
import { refuse } from '../domain/refusals.js';

type SeatAnswer = z.output<typeof SeatView>;

@Injectable()
export class Seats {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seats: SeatsRepository,
    private readonly workspaces: WorkspacesRepository,
    private readonly authorisations: Authorisations,
    private readonly scenarios: Scenarios,
    private readonly gatherer: SeatFactsGatherer,
    private readonly changes: SeatChanges,
    private readonly review: SeatReview,
    private readonly locks: PersonLocks,
    private readonly standings: Standings,
  ) {}

  /** A unit asks for a seat for one person in one scenario until one day (SEAT-01). */
  request(ctx: ActContext, input: z.output<typeof RequestSeat>): Promise<SeatAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const scenario = await this.scenarios.facts(tx, input.scenarioId);
      const authorisation = await this.authorisations.facts(tx, scenario.authorisationId, 'share');
      assertSees(ctx.actor, { unitId: authorisation.unitId }, ctx.at, scenarioNotFound(input.scenarioId));
      const basisKind = basisOf[input.class];
      if (basisKind !== 'agreement' && input.recordId === undefined) throw refuse('seat.record-not-approved', { class: input.class });
      const row = {
        id: newId(),
        requestedAt: ctx.at,
        personId: input.personId,
        unitId: authorisation.unitId,
        authorityId: authorisation.authorityId,
        authorisationId: authorisation.id,
        scenarioId: scenario.id,
        class: input.class,
        basisKind,
        basisId: basisKind === 'agreement' ? authorisation.id : (input.recordId ?? authorisation.id),
        basisClause: input.clause,
        endsOn: input.endsOn,
        state: 'requested' as const,
        pausedBy: null,
        requestedBy: personOf(ctx.actor).personId,
      };
      const facts = await this.gatherer.facts(tx, row, ctx.at, 'share');
      const grant = await this.gatherer.grantFacts(tx, row, ctx.at);
      assertRequestable({ class: row.class, basis: facts.seat.basis, endsOn: row.endsOn }, facts, grant, ctx.at);
      const open = await this.seats.openSeat(tx, row.personId, row.scenarioId);
      if (open !== undefined) throw seatTaken(open);
      const seat = await this.seats.insert(tx, row);
      await tx.record({ action: 'seat.requested', object: { kind: 'seat', id: seat.id }, ...partiesOf(seat), after: seatView(seat) });
      return seatView(seat);
    });
  }

  grant(ctx: ActContext, seatId: Id): Promise<SeatAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const seat = await this.locked(tx, seatId);
      // Counting places needs all who grant under one authorisation in a row, so this lock is not shared.
      await this.authorisations.facts(tx, seat.authorisationId, 'update');
      const facts = await this.gatherer.facts(tx, seat, ctx.at, 'share');
      await this.standings.assertStands(
        tx,
        seat.requestedBy,
        ({ role, scope }) => role === 'unit-manager' && scope.kind === 'unit' && scope.organisationId === seat.unitId,
      );
      const change = decideGrant(facts, await this.gatherer.grantFacts(tx, seat, ctx.at), ctx.at);
      const granted = await this.changes.apply(tx, seat, change);
      await this.review.reviewOne(tx, seat.id);
      return seatView(granted);
    });
  }

  refuse(ctx: ActContext, seatId: Id, input: z.output<typeof RefuseSeat>): Promise<SeatAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const seat = await this.locked(tx, seatId);
      const facts = await this.gatherer.facts(tx, seat, ctx.at);
      const change = decideRefusal(facts, await this.gatherer.grantFacts(tx, seat, ctx.at), input.reasons);
      return seatView(await this.changes.apply(tx, seat, { ...change, reason: { code: input.reasons, details: {} } }));
    });
  }

  list(ctx: ActContext, query: z.output<typeof SeatsQuery>): Promise<Page<z.output<typeof SeatListed>>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const { scenarioId, personId, state } = query;
      const page = await this.seats.page(tx, { scenarioId, personId, state }, query);
      const locked = await this.locks.lockedAmong(
        tx,
        page.items.map((seat) => seat.personId),
      );
      return { items: page.items.map((seat) => ({ ...seatView(seat), holderLocked: locked.has(seat.personId) })), next: page.next };
    });
  }

  /** The seat page: every condition with its evidence and dates (SEAT-02). */
  detail(ctx: ActContext, seatId: Id): Promise<z.output<typeof SeatDetail>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const seat = await this.visible(tx, seatId);
      const facts = await this.gatherer.facts(tx, seat, ctx.at);
      const workspaces = await this.workspaces.ofSeat(tx, seat.id);
      const holderLocked = facts.person.lock !== null;
      return {
        ...seatView(seat),
        holderLocked,
        conditions: verdicts(facts, ctx.at).map(conditionView),
        workspaces: workspaces.map(workspaceView),
      };
    });
  }

  private async locked(tx: Tx, seatId: Id): Promise<SeatRow> {
    await this.visible(tx, seatId);
    return this.seats.lock(tx, seatId);
  }

  /** @throws Refusal `seat.not-found` for another unit's seat as for none. */
  private async visible(tx: Tx, seatId: Id): Promise<SeatRow> {
    const seat = await this.seats.get(tx, seatId);
    await this.seats.assertSees(tx, seat);
    return seat;
  }
}
