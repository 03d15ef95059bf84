import { addMonths, type Instant } from '#kernel';

/**
 * Until when a segment is kept: the later of its last record plus the months and the termination plus the months (LOG-01: 6 months in
 * all five regulations, none says when they start, hence the later of the two).
 * @param hourEnd end of the segment's hour
 * @param terminatedAt when the authorisation of its domain was certified as terminated; null while it was not
 */
export function keepUntil(hourEnd: Instant, terminatedAt: Instant | null, months: number): Instant {
  const afterRecord = addMonths(hourEnd, months);
  const afterTermination = terminatedAt === null ? afterRecord : addMonths(terminatedAt, months);
  return afterRecord > afterTermination ? afterRecord : afterTermination;
}
