import { type Day, type Instant, addMonths, dayOf, endOfDay } from '#kernel';

const midnight = (day: Day): Instant => `${day}T00:00:00.000Z`;

export const plusDays = (day: Day, days: number): Day => new Date(Date.parse(midnight(day)) + days * 86_400_000).toISOString().slice(0, 10);
/** The same day some months later or earlier; the last day of the month where that day does not exist (民法典 202). */
export const plusMonths = (day: Day, months: number): Day => addMonths(midnight(day), months).slice(0, 10);
export const plusYears = (day: Day, years: number): Day => plusMonths(day, years * 12);
export const isWeekend = (day: Day): boolean => [0, 6].includes(new Date(midnight(day)).getUTCDay());
export const yearOf = (day: Day): number => Number(day.slice(0, 4));
/** Whether a moment lies after the last minute (24:00 Asia/Shanghai) of a day. */
export const isPast = (day: Day, now: Instant): boolean => now >= endOfDay(day);
export const hasBegun = (day: Day, now: Instant): boolean => dayOf(now) >= day;
