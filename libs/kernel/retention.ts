import { addMonths, type Instant } from './clock.js';

/** Network logs outlive record and termination by this many months at least; all five regulations agree (LOG-01). */
export const leastLogMonths = 6;

/**
 * When a network log record may be deleted at the earliest: the later of its own time and the termination, plus the months. None of the
 * regulations says where the months begin, hence the later of the two (LOG-01).
 * @param termination when the authorisation's termination was certified; null while it was not.
 * @param months fewer than six count as six: the figure can only be raised.
 */
export function logsKeptUntil(recordedAt: Instant, termination: Instant | null, months: number): Instant {
  const start = termination !== null && termination > recordedAt ? termination : recordedAt;
  return addMonths(start, Math.max(months, leastLogMonths));
}
