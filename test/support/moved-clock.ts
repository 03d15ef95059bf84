import { hostClock, type HostClock } from '#platform/database';

/** The clocks of this machine, of which a test sets the wall clock, and which it lets sleep. */
export class MovedClock implements HostClock {
  private slept = 0;
  private passed = 0;
  /** @param aheadMs of the true time; negative where it is behind */
  constructor(public aheadMs: number) {}
  wallMs = (): number => hostClock.wallMs() + this.aheadMs + this.passed;
  steadyMs = (): number => hostClock.steadyMs() - this.slept + this.passed;
  bootMs = (): number => hostClock.bootMs() + this.passed;
  /** As a machine that was suspended: its steady clock stood still meanwhile. */
  sleep(ms: number): void {
    this.slept += ms;
  }
  /** As if time had gone by in which the process asked nobody. */
  pass(ms: number): void {
    this.passed += ms;
  }
}

/** Source of a module that moves `Date` in the process that preloads it, as a host's clock that is wrong does. */
export const movedDate = (aheadMs: number): string =>
  `data:text/javascript,${encodeURIComponent(`
    const True = Date;
    globalThis.Date = class Date extends True {
      constructor(...of) { if (of.length === 0) super(True.now() + ${String(aheadMs)}); else super(...of); }
      static now() { return True.now() + ${String(aheadMs)}; }
    };`)}`;
