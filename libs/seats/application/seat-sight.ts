import { type ActContext, assertSees, refuse, type Refusal } from '#kernel';
import type { SeatRow } from '../persistence/entities.js';

/** A person sees what their roles reach and their own seats. @throws Refusal `seat.not-found` (404). */
export function assertSeesSeat({ actor, at }: ActContext, seat: SeatRow): void {
  if (actor.kind === 'person' && actor.personId === seat.personId) return;
  assertSees(actor, { unitId: seat.unitId, authorityId: seat.authorityId }, at, 'seat.not-found', seat.id);
}

export const seatTaken = (open: SeatRow): Refusal => refuse('seat.already-there', { seatId: open.id, state: open.state });
