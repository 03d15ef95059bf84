import { setTimeout as pause } from 'node:timers/promises';
import { CommandEnded, exitCodes } from '../exit-codes.js';
import { pick, type Terminal } from '../terminal.js';
import type { Patience } from './patience.js';

const firstPauseMs = 500;
const longestPauseMs = 10_000;
/** Refusals after which the same step, begun where the platform stands now, may go through. */
const passing: readonly (string | undefined)[] = ['upload.moved-on', 'http.too-many-requests'];

/** Long work in steps that may each be taken again: what broke off goes on, until nothing got any further for as long as the limits say. */
export class GoingOn {
  private since = performance.now();
  private pauseMs = firstPauseMs;

  constructor(
    private readonly terminal: Terminal,
    private readonly patience: Pick<Patience, 'goOnMs'>,
  ) {}

  gotOn(): void {
    this.since = performance.now();
    this.pauseMs = firstPauseMs;
  }

  /** Waits as long as the platform asks for, or longer each time. @throws the fault where no other try helps, or the time is over */
  async afterwards(fault: unknown): Promise<void> {
    if (!(fault instanceof CommandEnded)) throw fault;
    const { code, refused } = fault;
    if (code !== exitCodes.unreachable && !passing.includes(refused.code)) throw fault;
    const waitMs = refused.afterSeconds === undefined ? this.pauseMs : Math.min(refused.afterSeconds * 1000, longestPauseMs);
    if (performance.now() + waitMs - this.since > this.patience.goOnMs) throw fault;
    const [why] = fault.message.split('\n');
    const seconds = String(Math.ceil(waitMs / 1000));
    this.terminal.err(
      pick(this.terminal, `\n中断(${why ?? ''});${seconds} 秒后继续\n`, `\ninterrupted (${why ?? ''}); going on in ${seconds} s\n`),
    );
    this.pauseMs = Math.min(this.pauseMs * 2, longestPauseMs);
    await pause(waitMs);
  }

  /** Takes a step again until it goes through. */
  async until<T>(step: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await step();
      } catch (fault) {
        await this.afterwards(fault);
      }
    }
  }
}
