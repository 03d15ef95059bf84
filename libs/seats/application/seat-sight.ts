import { type Refusal } from '#kernel';
import type { SeatRow } from '../persistence/entities.js';
import { refuse } from '../domain/refusals.js';

export const seatTaken = (open: SeatRow): Refusal => refuse('seat.already-there', { seatId: open.id, state: open.state });
