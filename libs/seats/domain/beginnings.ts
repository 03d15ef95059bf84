import type { Instant } from '#kernel';

/** Clocks of replicas are corrected to the database's; what one of them wrote is ahead of another by no more. */
export const clocksApartMs = 1_000;

/**
 * When something begins, for a decision of the moment `at`. A decision may have waited for what was filed meanwhile, or be made by a clock
 * that is a little behind the one it was filed by: what is on file and has begun by the time that it is read, counts.
 * @param begun the time at which it was read, with what clocks may be apart
 */
export const begunAt = (from: Instant, at: Instant, begun: Instant): Instant => (from > at && from <= begun ? at : from);
