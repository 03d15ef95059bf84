/** A moment, as ISO 8601 in UTC with milliseconds: `2026-11-21T08:00:00.000Z`. Compares as text. */
export type Instant = string;
/** A calendar day, `YYYY-MM-DD`, in Asia/Shanghai unless it says otherwise. */
export type Day = string;

export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => new Date().toISOString() };

/** A clock that stands where it is put; for tests and for replays. */
export function clockAt(start: Instant): Clock & { set(at: Instant): void } {
  let at = start;
  return {
    now: () => at,
    set: (next) => {
      at = next;
    },
  };
}

const shanghai = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit' });
/** The calendar day of a moment in Asia/Shanghai, where the regulations' days begin and end. */
export const dayOf = (at: Instant): Day => shanghai.format(new Date(at));
/** The end (24:00) of a calendar day in Asia/Shanghai, which keeps no daylight-saving time. */
export const endOfDay = (day: Day): Instant => addDays(new Date(`${day}T00:00:00+08:00`).toISOString(), 1);
export const addDays = (at: Instant, days: number): Instant => addMs(at, days * 86_400_000);
/** The latest of some moments. */
export const latestOf = (first: Instant, ...more: readonly Instant[]): Instant => more.reduce((a, b) => (a > b ? a : b), first);
export const addMs = (at: Instant, ms: number): Instant => new Date(Date.parse(at) + ms).toISOString();
/** Of Asia/Shanghai, which keeps no daylight-saving time. */
const shanghaiMs = 8 * 3_600_000;
/**
 * The same clock time in Asia/Shanghai some calendar months later; the last day of a shorter month where the day does not exist. By the
 * day there, and not in UTC: six months from 00:30 on 1 March end on 1 September, not on 29 August.
 */
export function addMonths(at: Instant, months: number): Instant {
  const from = new Date(Date.parse(at) + shanghaiMs);
  const to = new Date(from);
  to.setUTCDate(1);
  to.setUTCMonth(to.getUTCMonth() + months);
  const last = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
  to.setUTCDate(Math.min(from.getUTCDate(), last));
  return addMs(to.toISOString(), -shanghaiMs);
}
