import { Job, type JobRun } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import { Canaries } from '../application/canaries.js';
import { plantCanaries } from '../application/domains.js';

@Injectable()
export class PlantCanaries {
  constructor(private readonly canaries: Canaries) {}

  /** A key store or object store that is away is waited for: no domain begins without its canaries. */
  @Job(plantCanaries, { maxAttempts: 1000, backoffSeconds: 1 })
  plant(run: JobRun): Promise<void> {
    return this.canaries.plantFor(run.key);
  }
}
