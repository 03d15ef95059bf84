import type { Lane } from '#kernel';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { WorkRow } from './claims.js';

const most = 64;
/** The longest pause between two tries of what fails or waits, in seconds. */
export const longestPauseSeconds = { cuts: 5, lapses: 60, events: 60, terminations: 60, work: 60, trials: 30 } as const satisfies Record<
  Lane,
  number
>;
const laneOf = (places: number, lookMs: number, perUnit: number | null, perPerson: number | null) =>
  z
    .strictObject({
      places: z.number().int().min(1).max(most).default(places).describe('How much runs at once in one worker'),
      lookMs: z.number().int().min(50).max(60_000).default(lookMs).describe('How often work is looked for without being rung'),
      perUnit: z
        .number()
        .int()
        .min(1)
        .max(most)
        .nullable()
        .default(perUnit)
        .describe('How much of one unit runs at once, over all workers'),
      perPerson: z.number().int().min(1).max(most).nullable().default(perPerson).describe('How much of one person runs at once'),
    })
    .prefault({});

/** Every lane has its own places, so that none waits for another; a unit or person never has the whole of a lane that people share. */
export const laneConfig = z
  .strictObject({
    cuts: laneOf(64, 100, null, null),
    lapses: laneOf(2, 1_000, null, null),
    events: laneOf(4, 500, null, null),
    terminations: laneOf(2, 2_000, null, null),
    work: laneOf(3, 2_000, 2, 1),
    trials: laneOf(2, 2_000, 1, 1),
  } satisfies Record<Lane, z.ZodType>)
  .prefault({});
export type LaneConfig = z.infer<typeof laneConfig>;

interface LaneWork {
  /** Takes what is due, so much at most; none where nothing is due that may run. */
  claim(most: number): Promise<readonly WorkRow[]>;
  run(row: WorkRow): Promise<void>;
  failed(fault: unknown): void;
}

/** The places of one lane in one worker: fills them while work is due, looks when woken and by itself. */
export class LanePlaces {
  private readonly stopping = new AbortController();
  private readonly taken = new Set<Promise<void>>();
  private looking: Promise<void> = Promise.resolve();
  private woken = new AbortController();

  constructor(
    private readonly places: number,
    private readonly lookMs: number,
    private readonly work: LaneWork,
  ) {}

  start(): void {
    this.looking = this.loop();
  }

  wake(): void {
    this.woken.abort();
  }

  /** Takes nothing more. Resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.looking;
    await Promise.all(this.taken);
  }

  private async loop(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.woken = new AbortController();
      try {
        await this.fill();
      } catch (fault) {
        this.work.failed(fault);
      }
      await pause(this.lookMs, undefined, { signal: this.woken.signal }).catch(() => undefined);
    }
  }

  private async fill(): Promise<void> {
    while (this.taken.size < this.places && !this.stopping.signal.aborted) {
      const rows = await this.work.claim(this.places - this.taken.size);
      if (rows.length === 0) return;
      for (const row of rows) this.begin(row);
    }
  }

  private begin(row: WorkRow): void {
    const running = this.work
      .run(row)
      .catch((fault: unknown) => {
        this.work.failed(fault);
      })
      .finally(() => {
        this.taken.delete(running);
        this.wake();
      });
    this.taken.add(running);
  }
}
