import { addDays, dayOf, endOfDay, type Day, type Instant } from '#kernel';

/** A calendar month in Asia/Shanghai, `YYYY-MM`; compares as text. */
export type Month = string;

export const monthOf = (at: Instant): Month => dayOf(at).slice(0, 7);

export function monthAfter(month: Month): Month {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${String(year + 1)}-01` : `${String(year)}-${String(number + 1).padStart(2, '0')}`;
}

const lastDay = (month: Month): Day => {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return `${month}-${String(new Date(Date.UTC(year, number, 0)).getUTCDate()).padStart(2, '0')}`;
};

/** When a month's statement is closed: some days after its end, so that work that finished late still finds it open. */
export const closesAt = (month: Month, daysAfter: number): Instant => addDays(endOfDay(lastDay(month)), daysAfter);

/** The last month whose statement may be closed by now. */
export function lastClosable(at: Instant, daysAfter: number): Month {
  let month = monthOf(at);
  while (closesAt(month, daysAfter) > at) month = monthOf(addDays(`${month}-01T00:00:00.000Z`, -1));
  return month;
}

/** The statement that a use goes to: its own month, or the first open one when that is locked (META-04). Its `usedAt` stays as it was. */
export const periodFor = (usedAt: Instant, closedThrough: Month | null): Month => {
  const own = monthOf(usedAt);
  return closedThrough !== null && own <= closedThrough ? monthAfter(closedThrough) : own;
};
