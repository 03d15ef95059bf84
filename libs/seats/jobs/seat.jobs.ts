import { type Clock, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Job, type JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { Receipts } from '../application/receipts.js';
import { SeatReview } from '../application/seat-review.js';
import { WorkspaceWatch } from '../application/workspace-watch.js';
import { lapseJob, dayJob, cutJob, workspaceJob } from '../domain/work.js';

/** What seats do without anyone acting. */
@Injectable()
export class SeatJobs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly review: SeatReview,
    private readonly receipts: Receipts,
    private readonly workspaces: WorkspaceWatch,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Due when the next notice or lapse is; a lapse cuts the seat at that minute (SEAT-03). */
  @Job(lapseJob)
  async lapse(run: JobRun): Promise<void> {
    await this.unitOfWork.run(systemAct('seats', 'seat.read', this.clock.now(), run.traceparent), (tx) =>
      this.review.reviewOne(tx, run.key),
    );
  }

  /** Due at each midnight (Asia/Shanghai) while the seat lives. */
  @Job(dayJob)
  async day(run: JobRun): Promise<void> {
    await this.unitOfWork.run(systemAct('seats', 'seat.day-counted', this.clock.now(), run.traceparent), (tx) =>
      this.review.countDay(tx, run.key),
    );
  }

  /** Until the receipt is complete. A path that stays open stays visible on the revocation. */
  @Job(cutJob)
  async cut(run: JobRun): Promise<void> {
    const again = await this.receipts.work(run.key, run.traceparent);
    if (again !== undefined) run.again(again);
  }

  /** Follows a workspace that was opened or closed until the cluster shows it. */
  @Job(workspaceJob)
  async workspace(run: JobRun): Promise<void> {
    await this.workspaces.follow(run.key, run.traceparent);
  }
}
