import type { Id } from '#kernel';
import type { Logger } from '#platform/telemetry';
import type { DataSource } from 'typeorm';
import type { LaneConfig } from './lanes.js';
import { Turns } from './turns.js';

const sayEveryMs = 5_000;
/** A worker that was silent for longer is not counted on. */
export const presentSeconds = 20;
const forgottenAfter = `interval '1 hour'`;

/** A worker's word, for as long as it runs, that it is there and what places its lanes have: for those who look at the queue. */
export class Presence {
  private readonly turns = new Turns({
    take: async () => {
      await this.say();
      return sayEveryMs;
    },
    failed: (fault) => {
      this.log.error('work.presence-unsaid', fault);
      return sayEveryMs;
    },
  });

  constructor(
    private readonly dataSource: DataSource,
    private readonly worker: Id,
    private readonly lanes: LaneConfig,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.turns.start();
  }

  async stop(): Promise<void> {
    await this.turns.stop();
    await this.dataSource.query('DELETE FROM platform.workers WHERE id = $1', [this.worker]).catch((fault: unknown) => {
      this.log.error('work.presence-unsaid', fault);
    });
  }

  private async say(): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO platform.workers (id, lanes, seen_at) VALUES ($1, $2, now()) ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`,
      [this.worker, JSON.stringify(this.lanes)],
    );
    await this.dataSource.query(`DELETE FROM platform.workers WHERE seen_at < now() - ${forgottenAfter}`);
  }
}
