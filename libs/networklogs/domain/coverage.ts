import { addMs, type Instant } from '#kernel';

export interface Interval {
  readonly from: Instant;
  readonly until: Instant;
}

const hourMs = 3_600_000;
export const hourOf = (at: Instant): Instant => `${at.slice(0, 13)}:00:00.000Z`;
export const hourAfter = (hour: Instant): Instant => addMs(hour, hourMs);

/** The ends of the hours that lie wholly behind, at which a span that begins at `from` is cut. */
export function cutsBetween(from: Instant, until: Instant): Instant[] {
  const cuts: Instant[] = [];
  for (let cut = hourAfter(hourOf(from)); cut <= until; cut = hourAfter(cut)) cuts.push(cut);
  return cuts;
}

/**
 * The parts of a span in which no source was watching: there silence proves nothing (LOG-03).
 * @param watched when each source was there, in any order, overlapping or not
 * @param toleranceMs shorter pauses are not named: a source says every so often that it is there
 */
export function uncovered(span: Interval, watched: readonly Interval[], toleranceMs: number): Interval[] {
  const gaps: Interval[] = [];
  let reached = span.from;
  const note = (until: Instant) => {
    if (Date.parse(until) - Date.parse(reached) > toleranceMs) gaps.push({ from: reached, until });
  };
  for (const { from, until } of [...watched].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    if (until <= reached || from >= span.until) continue;
    if (from > reached) note(from);
    reached = until < span.until ? until : span.until;
  }
  note(span.until);
  return gaps;
}
