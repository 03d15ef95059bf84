import { addMonths, type Instant } from '#kernel';

/**
 * Until when an entry is kept: 5 years at least from its recording (AUD-05). Computed and never stored, so that raising the term
 * extends the entries that exist.
 */
export const keepUntil = (recordedAt: Instant, years: number): Instant => addMonths(recordedAt, 12 * years);
