import { AuthorisationsModule } from '#authorisations';
import { DomainsModule } from '#domains';
import { SeatsModule } from '#seats';
import { Module } from '@nestjs/common';
import { RunLife } from './application/run-life.js';
import { RunScratch } from './application/run-scratch.js';
import { WorkCuts, workCutPaths } from './application/work-cuts.js';

const parts = [RunLife, RunScratch];

@Module({
  imports: [AuthorisationsModule, DomainsModule, SeatsModule],
  providers: [...parts, WorkCuts, ...workCutPaths],
  exports: parts,
})
export class RunsModule {}
