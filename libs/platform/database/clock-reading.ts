/**
 * What another clock showed, compared with this process's steady one, which nobody sets (RFC 5905, §8): asked at `sent`, answered at
 * `received`, it showed `atMs` at some moment between the two, most likely in the middle, and certainly not further from it than the bound.
 */
export interface Reading {
  /** Of the steady clock, in milliseconds. */
  readonly steadyMs: number;
  /** Of the other clock, in milliseconds since 1970. */
  readonly atMs: number;
  readonly boundMs: number;
}

/** The most that a host's steady clock goes wrong by itself: 100 ppm is twice what common quartz is sold with. */
const drift = 100e-6;

/** @param resolutionMs of what was answered, cut off below it: an HTTP date has whole seconds. */
export const readingOf = (sent: number, atMs: number, received: number, resolutionMs = 0): Reading => ({
  steadyMs: (sent + received) / 2,
  atMs: atMs + resolutionMs / 2,
  boundMs: (received - sent + resolutionMs) / 2,
});

/** What the other clock shows at a moment of the steady one, as far as the reading tells. */
export const shownAt = ({ atMs, steadyMs }: Reading, steady: number): number => atMs + (steady - steadyMs);

/** How far it may be from that. */
export const boundAt = ({ boundMs, steadyMs }: Reading, steady: number): number => boundMs + Math.abs(steady - steadyMs) * drift;

/** The latest that the other clock may show at a moment, in whole milliseconds: never behind it. */
export const latestAt = (reading: Reading, steady: number): number => Math.ceil(shownAt(reading, steady) + boundAt(reading, steady));

/** A correction by less than this waits for time to pass, so that times never run backwards. A larger one is a clock that was set. */
const holdMs = 1_000;
/** What is told after `last` was. */
export const toldNext = (last: number, latest: number): number => (latest > last || last - latest > holdMs ? latest : last);

/** Of two readings the one to go on with: the more exact one, unless they exclude one another, since then the clock was set meanwhile. */
export function preferred(held: Reading | undefined, fresh: Reading): Reading {
  if (held === undefined) return fresh;
  const bound = boundAt(held, fresh.steadyMs);
  const apart = Math.abs(shownAt(held, fresh.steadyMs) - fresh.atMs);
  return fresh.boundMs <= bound || apart > bound + fresh.boundMs ? fresh : held;
}
