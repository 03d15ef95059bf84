import { systemAct } from '#kernel';
import type { Clock } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Job } from '#platform/queue';
import type { JobRun } from '#platform/queue';
import { Inject, Injectable } from '@nestjs/common';
import { Copies } from '../application/copies.js';
import { CopyImport } from '../application/copy-import.js';
import { Uploads } from '../application/uploads.js';
import { importJob, endUploadJob } from '../domain/work.js';

@Injectable()
export class DatasetsJobs {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly imports: CopyImport,
    private readonly uploads: Uploads,
    private readonly copies: Copies,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Job(importJob)
  async import(run: JobRun): Promise<void> {
    const { key: copyId, signal } = run;
    const act = (action: string) => systemAct('datasets', action, this.clock.now(), run.traceparent);
    const progress = (rows: number): Promise<void> => run.progress({ rows });
    await this.imports.run({ copyId, signal, act, progress, held: (tx) => run.held(tx) });
  }

  /** Due when an upload expires, and rung earlier once its delivery was imported or failed (IMP-01). */
  @Job(endUploadJob)
  async endUpload(run: JobRun): Promise<void> {
    const ctx = systemAct('datasets', 'upload.destroyed', this.clock.now(), run.traceparent);
    const isOver = await this.unitOfWork.read(ctx, async (tx) => {
      const upload = await this.uploads.find(tx, run.key);
      if (upload.claimedBy === null) return upload.expiresAt <= ctx.at;
      const { state } = await this.copies.facts(tx, upload.claimedBy);
      return state !== 'received' && state !== 'importing';
    });
    if (isOver) await this.uploads.destroy(ctx, run.key);
  }
}
