import { DomainsModule } from '#domains';
import { SeatsModule } from '#seats';
import { Module } from '@nestjs/common';
import { RunCuts } from './application/run-cuts.js';
import { RunLife } from './application/run-life.js';
import { RunScratch } from './application/run-scratch.js';

const parts = [RunLife, RunCuts, RunScratch];

@Module({ imports: [DomainsModule, SeatsModule], providers: parts, exports: parts })
export class RunsModule {}
