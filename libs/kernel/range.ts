/** Years of which the product keeps anything: outside them a date is a slip, and PostgreSQL has no year 0 at all. */
export const years = { from: 1900, until: 2200 } as const;
/** @param text a day, a month or a moment as ISO 8601 writes it. */
export const inYears = (text: string): boolean => Number(text.slice(0, 4)) >= years.from && Number(text.slice(0, 4)) <= years.until;

/** Whether it is a moment of ours, in its one writing, of a year of which anything is kept. */
export const isInstant = (text: string): boolean =>
  !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text && inYears(text);

/** Whether what begins on a day, or at a moment, ends after that: the last day belongs to it, the last moment does not. Both are of one kind. */
export const isRange = ({ from, until }: { readonly from: string; readonly until: string }): boolean =>
  from.length === 'YYYY-MM-DD'.length ? from <= until : Date.parse(from) < Date.parse(until);
