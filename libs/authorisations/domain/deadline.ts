import { type Day, type Instant, dayOf, endOfDay } from '#kernel';
import { plusDays, plusMonths, plusYears } from './calendar-day.js';
import { refuse } from './refusals.js';
import { type WorkingYear, plusWorkingDays, publishedYears } from './working-days.js';

export const deadlineUnits = ['calendar-days', 'working-days', 'months', 'years'] as const;
export type DeadlineUnit = (typeof deadlineUnits)[number];

/** A length with the text that gives it. `source` is an article, an agreement item or the decision in which the authority set it. */
export interface Figure {
  readonly length: number;
  readonly unit: DeadlineUnit;
  readonly source: string;
}

export interface Deadline {
  readonly start: Day;
  readonly figure: Figure;
  readonly due: Day;
}

/**
 * The last day of a period. `start` is a moment or the day itself; it is not counted (民法典 201); calendar days stay calendar days, also over a holiday.
 * @throws Refusal `deadline.figure-invalid`, `deadline.calendar-year-missing`.
 */
export function deadlineFrom(start: Instant, figure: Figure, years: readonly WorkingYear[] = publishedYears): Deadline {
  if (!Number.isInteger(figure.length) || figure.length < 1) throw refuse('deadline.figure-invalid', { length: figure.length });
  const from = start.length === 10 ? start : dayOf(start);
  return { start: from, figure, due: lastDay(from, figure, years) };
}

function lastDay(from: Day, { length, unit }: Figure, years: readonly WorkingYear[]): Day {
  switch (unit) {
    case 'calendar-days':
      return plusDays(from, length);
    case 'working-days':
      return plusWorkingDays(from, length, years);
    case 'months':
      return plusMonths(from, length);
    case 'years':
      return plusYears(from, length);
  }
}

/** The moment a deadline is missed: 24:00 Asia/Shanghai of its last day. */
export const missedAt = (deadline: Deadline): Instant => endOfDay(deadline.due);
export const isMissed = (deadline: Deadline, now: Instant): boolean => now >= missedAt(deadline);

/** What was done about a deadline: the day it happened beside the moment it was written down, which alone decides lateness (AUTH-12). */
export interface Fulfilment {
  readonly happenedOn: Day;
  readonly recordedAt: Instant;
  readonly late: boolean;
}

/** @throws Refusal `deadline.in-the-future` when the day claimed lies after today. */
export function fulfil(deadline: Deadline, happenedOn: Day, now: Instant): Fulfilment {
  if (happenedOn > dayOf(now)) throw refuse('deadline.in-the-future', { happenedOn, today: dayOf(now) });
  return { happenedOn, recordedAt: now, late: isMissed(deadline, now) };
}
