import { grantShrunk } from '#authorisations/contract';
import type { Tx } from '#platform/database';
import { Consumes, Job, type EventOf, type JobRun } from '#platform/queue';
import { RunLife } from '#runs';
import { Injectable } from '@nestjs/common';
import { DesensitisationRunKind } from '../application/desensitisation-run-kind.js';
import { LossPreviews } from '../application/loss-previews.js';
import { Proposals } from '../application/proposals.js';
import { WithdrawnSamples } from '../application/withdrawn-samples.js';
import { discardJob, proposeJob, runJob } from '../domain/work.js';

@Injectable()
export class DesensitisationJobs {
  constructor(
    private readonly proposals: Proposals,
    private readonly losses: LossPreviews,
    private readonly life: RunLife,
    private readonly kind: DesensitisationRunKind,
    private readonly withdrawn: WithdrawnSamples,
  ) {}

  @Job(proposeJob)
  async propose(work: JobRun): Promise<void> {
    await this.proposals.make(work.key, work);
    await this.losses.measure(work.key, work);
  }

  @Job(runJob)
  run(work: JobRun): Promise<void> {
    return this.life.carryOut(this.kind, work);
  }

  @Job(discardJob)
  discard(work: JobRun): Promise<void> {
    return this.withdrawn.discard(work.key);
  }

  @Consumes(grantShrunk, 'desensitisation.on-grant-shrunk')
  grantShrunk(tx: Tx, event: EventOf<typeof grantShrunk>): Promise<void> {
    return this.withdrawn.strike(tx, event.payload.scenarioId);
  }
}
