import { Job, type JobRun } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import { Canaries } from '../application/canaries.js';
import { plantJob } from '../domain/work.js';

@Injectable()
export class PlantCanaries {
  constructor(private readonly canaries: Canaries) {}

  @Job(plantJob)
  plant(run: JobRun): Promise<void> {
    return this.canaries.plantFor(run.key);
  }
}
