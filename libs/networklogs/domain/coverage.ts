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

/** A process that watches a door, as it described itself last. */
export interface Source {
  readonly startedAt: Instant;
  /** Everything that it saw of before this instant is written. */
  readonly flushedUntil: Instant;
  /** It ended and said so, after it had written everything. */
  readonly stoppedAt: Instant | null;
  /** It fell silent without an end, and this is when that was noticed. */
  readonly absentAt: Instant | null;
}

/** Intervals as few as can be, in order: what touches, or lies no further apart than `pauseMs`, becomes one. */
function joined(intervals: readonly Interval[], pauseMs: number): Interval[] {
  const all: Interval[] = [];
  for (const interval of [...intervals].filter(({ from, until }) => from < until).sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = all.at(-1);
    if (last === undefined || interval.from > addMs(last.until, pauseMs)) all.push(interval);
    else if (interval.until > last.until) all[all.length - 1] = { from: last.from, until: interval.until };
  }
  return all;
}

/**
 * The parts of a span in which no source was watching: there silence proves nothing (LOG-03).
 * @param watched when each source was there, in any order, overlapping or not
 * @param pauseMs a pause between two of them that is no longer is not named: nobody was at the door
 */
export function uncovered(span: Interval, watched: readonly Interval[], pauseMs: number): Interval[] {
  const gaps: Interval[] = [];
  let reached = span.from;
  for (const { from, until } of joined(watched, pauseMs)) {
    if (until <= reached || from >= span.until) continue;
    if (from > reached) gaps.push({ from: reached, until: from });
    reached = until < span.until ? until : span.until;
  }
  return reached < span.until ? [...gaps, { from: reached, until: span.until }] : gaps;
}

/**
 * What is not known of a span: where no source was watching, and for each source by itself from the last instant up to which it wrote
 * everything until it ended, was noticed to be absent, or for one that still lives until the end of the span. That another source was
 * watching at that time says nothing of what this one saw.
 */
export function gapsOf(span: Interval, sources: readonly Source[], pauseMs: number): Interval[] {
  const watched = sources.map(({ startedAt, flushedUntil }) => ({ from: startedAt, until: flushedUntil }));
  const unwritten = sources.map(({ flushedUntil, stoppedAt, absentAt }) => ({
    from: flushedUntil > span.from ? flushedUntil : span.from,
    until: [stoppedAt ?? absentAt ?? span.until, span.until].sort()[0] ?? span.until,
  }));
  return joined([...uncovered(span, watched, pauseMs), ...unwritten], 0);
}

/** Up to when all sources that live have written everything; undefined when none lives. */
export const writtenUntil = (sources: readonly Source[]): Instant | undefined =>
  sources
    .filter(({ stoppedAt, absentAt }) => stoppedAt === null && absentAt === null)
    .map(({ flushedUntil }) => flushedUntil)
    .sort()[0];
