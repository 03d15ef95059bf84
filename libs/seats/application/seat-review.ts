import { type CutScope, dayOf, endOfDay, type Id, type Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import { firstLapse } from '../domain/seat-conditions.js';
import type { SeatFacts } from '../domain/seat-facts.js';
import { noticesDue, wakeAt } from '../domain/lapse-notices.js';
import type { RevocationCause } from '../domain/revocation.js';
import { decideReview } from '../domain/seat-decisions.js';
import type { SeatRow } from '../persistence/entities.js';
import { SeatsRepository, type SeatScope } from '../persistence/seats.repository.js';
import { partiesOf, revocationParties, type RevocationOpening, SeatChanges } from './seat-changes.js';
import { SeatFactsGatherer } from './seat-facts-gatherer.js';
import { dayJob, lapseJob } from '../domain/work.js';

const live = ['granted', 'active', 'paused'] as const;

/** Looks at seats again, because time passed or something that they rest on changed. Doing so twice changes nothing. */
@Injectable()
export class SeatReview {
  constructor(
    private readonly seats: SeatsRepository,
    private readonly gatherer: SeatFactsGatherer,
    private readonly changes: SeatChanges,
  ) {}

  /** One seat by itself: pauses, resumes or revokes it, sends what notices are due and sets the next wake-up. */
  async reviewOne(tx: Tx, seatId: Id): Promise<void> {
    const cut = await this.review(tx, seatId);
    if (cut === undefined) return;
    await this.changes.openRevocation(tx, {
      scope: { kind: 'seat', id: seatId },
      cause: cut.cause,
      ground: cut.ground,
      reason: null,
      caseId: null,
      seats: [cut.seat],
      parties: revocationParties(cut.seat),
    });
  }

  /**
   * All seats of a scope that was suspended, stopped or ended: one cutting, one receipt, also where there is no seat.
   * @returns how many were cut.
   */
  async reviewCut(
    tx: Tx,
    scope: SeatScope,
    opening: Omit<RevocationOpening, 'scope' | 'seats'> & { readonly scope?: CutScope },
  ): Promise<number> {
    const cut: SeatRow[] = [];
    for (const id of await this.seats.idsOf(tx, scope, live)) {
      const result = await this.review(tx, id);
      if (result !== undefined) cut.push(result.seat);
    }
    await this.changes.openRevocation(tx, { scope, ...opening, seats: cut });
    return cut.length;
  }

  /** All live seats of a scope one by one, after something was renewed or lapsed that not every seat rests on. */
  async reviewEach(tx: Tx, scope: SeatScope): Promise<void> {
    for (const id of await this.seats.idsOf(tx, scope, live)) await this.reviewOne(tx, id);
  }

  /** A scope that was suspended or stopped works again: what was still to be shown of it is not, and each seat is looked at. */
  async reviewResumed(tx: Tx, scope: SeatScope & CutScope, resumedAt: Instant): Promise<void> {
    await this.changes.supersedeScope(tx, scope, resumedAt);
    await this.reviewEach(tx, scope);
  }

  async hasLive(tx: Tx, scope: SeatScope): Promise<boolean> {
    return (await this.seats.idsOf(tx, scope, live)).length > 0;
  }

  private async review(tx: Tx, seatId: Id): Promise<{ seat: SeatRow; cause: RevocationCause; ground: string } | undefined> {
    const seat = await this.seats.lock(tx, seatId);
    const { at } = tx.context;
    const facts = await this.gatherer.facts(tx, seat, at, 'share');
    const change = decideReview(facts, at);
    if (change === undefined) {
      await this.announce(tx, await this.renamed(tx, seat, facts), facts);
      return undefined;
    }
    const changed = await this.changes.apply(tx, seat, change);
    const wake = wakeAt(facts, at);
    if (wake !== undefined && changed.state !== 'revoking') await tx.enqueue(lapseJob, { key: seat.id, dueAt: wake });
    if (change.cut === null) return undefined;
    return { seat: changed, cause: change.cut === 'paused' ? 'paused' : 'lapsed', ground: change.reason?.code ?? change.to };
  }

  /** A pause names the condition that stands against the seat now, also when another one was renewed meanwhile. */
  private async renamed(tx: Tx, seat: SeatRow, facts: SeatFacts): Promise<SeatRow> {
    const lapse = seat.state === 'paused' ? firstLapse(facts, tx.context.at) : undefined;
    if (lapse === undefined || lapse.condition === seat.pausedBy) return seat;
    await tx.record({ action: 'seat.paused', object: { kind: 'seat', id: seat.id }, ...partiesOf(seat), reasons: [lapse.code] });
    return this.seats.update(tx, seat, { pausedBy: lapse.condition });
  }

  private async announce(tx: Tx, seat: SeatRow, facts: SeatFacts): Promise<void> {
    if (!live.some((state) => state === seat.state)) return;
    const { at } = tx.context;
    for (const notice of noticesDue(facts, at, await this.seats.noticesSent(tx, seat.id))) {
      await tx.record({
        action: 'seat.lapse-announced',
        object: { kind: 'seat', id: seat.id },
        ...partiesOf(seat),
        details: { condition: notice.condition, lapsesAt: notice.at, days: notice.days },
      });
      await this.seats.addNotice(tx, seat.id, notice, at);
    }
    const wake = wakeAt(facts, at);
    if (wake !== undefined) await tx.enqueue(lapseJob, { key: seat.id, dueAt: wake });
  }

  /** Counts today once for a seat that can be used and sets the next day's counting (META-02). */
  async countDay(tx: Tx, seatId: Id): Promise<void> {
    const seat = await this.seats.lock(tx, seatId);
    if (!live.some((state) => state === seat.state)) return;
    const { at } = tx.context;
    const today = dayOf(at);
    await tx.enqueue(dayJob, { key: seat.id, dueAt: endOfDay(today) });
    if (seat.state !== 'active') return;
    const dayId = await this.seats.addDay(tx, seat.id, today, seat.class);
    if (dayId === undefined) return;
    await tx.record({
      action: 'seat.day-counted',
      object: { kind: 'seat', id: seat.id },
      ...partiesOf(seat),
      details: { day: today, class: seat.class },
    });
    await tx.use({
      item: 'seat-day',
      quantity: 1,
      sourceKind: 'seat-day',
      sourceId: dayId,
      authorisationId: seat.authorisationId,
      scenarioId: seat.scenarioId,
      unitId: seat.unitId,
      usedAt: at,
    });
  }
}
