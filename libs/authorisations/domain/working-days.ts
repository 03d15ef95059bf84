import { type Day, type Id, type Instant, digestOf } from '#kernel';
import { isWeekend, plusDays, yearOf } from './calendar-day.js';
import { refuse } from './refusals.js';
import { areTwoSides, type Registrar } from './two-sides.js';

/** One year of the State Council's holiday notice. Days not named here follow the week: Monday to Friday are worked. */
export interface WorkingYear {
  readonly year: number;
  /** First and last day of each break, both included; weekends inside count as holidays anyhow. */
  readonly holidays: readonly (readonly [Day, Day])[];
  /** Saturdays and Sundays that are worked to make up for a break. */
  readonly makeUpDays: readonly Day[];
  readonly source: string;
}

/** 国务院办公厅关于 2026 年部分节假日安排的通知, published 4 November 2025. */
export const year2026: WorkingYear = {
  year: 2026,
  holidays: [
    ['2026-01-01', '2026-01-03'],
    ['2026-02-15', '2026-02-23'],
    ['2026-04-04', '2026-04-06'],
    ['2026-05-01', '2026-05-05'],
    ['2026-06-19', '2026-06-21'],
    ['2026-09-25', '2026-09-27'],
    ['2026-10-01', '2026-10-07'],
  ],
  makeUpDays: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
  source: '国务院办公厅关于2026年部分节假日安排的通知（2025年11月4日）',
};

export const publishedYears: readonly WorkingYear[] = [year2026];

/**
 * Whether a day is worked.
 * @throws Refusal `deadline.calendar-year-missing` for a year without its notice: next year's breaks are never guessed (AUTH-12).
 */
export function isWorkingDay(day: Day, years: readonly WorkingYear[] = publishedYears): boolean {
  const year = years.find((known) => known.year === yearOf(day));
  if (!year) throw refuse('deadline.calendar-year-missing', { year: yearOf(day) });
  if (year.makeUpDays.includes(day)) return true;
  return !isWeekend(day) && !year.holidays.some(([first, last]) => day >= first && day <= last);
}

/** The n-th working day after a day; the day itself is not counted (民法典 201). */
export function plusWorkingDays(day: Day, count: number, years: readonly WorkingYear[] = publishedYears): Day {
  let at = day;
  for (let left = count; left > 0;) {
    at = plusDays(at, 1);
    if (isWorkingDay(at, years)) left -= 1;
  }
  return at;
}

/** What one administrator proposed and the other confirms. */
export interface ProposedYear extends WorkingYear {
  readonly id: Id;
  readonly confirmedBy: Id | null;
}

/** Public holidays that are all citizens': 13 days (全国年节及纪念日放假办法, 2024), and two that the State Council may add for one year. */
const mostDaysOff = 15;

function daysFrom(first: Day, last: Day): Day[] {
  const days: Day[] = [];
  for (let day = first; day <= last; day = plusDays(day, 1)) days.push(day);
  return days;
}

/**
 * Whether a year's notice may be taken in: its days lie in that year, make-up days are weekends outside the breaks, and the workdays that
 * the breaks take, less those made up for, are no more than the law gives.
 * @param standing the calendar of that year now; another one takes its place.
 * @throws Refusal `working-year.known` where it stands as it is, `working-year.invalid` naming the days, `working-year.days-off`.
 */
export function checkWorkingYear(year: WorkingYear, standing: WorkingYear | undefined): void {
  if (standing !== undefined && digestOf(contentOf(standing)) === digestOf(contentOf(year)))
    throw refuse('working-year.known', { year: year.year });
  const outside = [...year.holidays.flat(), ...year.makeUpDays].filter((day) => yearOf(day) !== year.year);
  const inverted = year.holidays.filter(([first, last]) => last < first).flat();
  const inBreak = (day: Day): boolean => year.holidays.some(([first, last]) => day >= first && day <= last);
  const noWeekend = year.makeUpDays.filter((day) => !isWeekend(day) || inBreak(day));
  const days = [...new Set([...outside, ...inverted, ...noWeekend])];
  if (days.length > 0) throw refuse('working-year.invalid', { year: year.year, days });
  const taken = new Set(year.holidays.flatMap(([first, last]) => daysFrom(first, last)).filter((day) => !isWeekend(day))).size;
  const off = taken - new Set(year.makeUpDays).size;
  if (off < 0 || off > mostDaysOff) throw refuse('working-year.days-off', { year: year.year, off, most: mostDaysOff });
}

const contentOf = ({ year, holidays, makeUpDays, source }: WorkingYear) => ({ year, holidays, makeUpDays, source });

/** @throws Refusal `working-year.settled`, `working-year.second-side-needed` unless the two stand on the two sides now. */
export function decideYearConfirmation(
  year: ProposedYear,
  proposer: Registrar,
  confirmer: Registrar,
  now: Instant,
): { readonly confirmedBy: Id; readonly confirmedAt: Instant } {
  if (year.confirmedBy !== null) throw refuse('working-year.settled', { id: year.id });
  if (!areTwoSides(proposer, confirmer)) throw refuse('working-year.second-side-needed');
  return { confirmedBy: confirmer.personId, confirmedAt: now };
}
