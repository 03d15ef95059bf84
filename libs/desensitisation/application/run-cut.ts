import type { CutMoment, CutPath, CutScope, Id, PathCut } from '#kernel';
import type { Tx } from '#platform/database';
import { Implements } from '#platform/seams';
import { type CuttableRuns, RunCuts, runLimits, type RunScope } from '#seats';
import type { OpenRunState } from '#seats/contract';
import { Injectable } from '@nestjs/common';
import { RunsRepository } from '../persistence/runs.repository.js';
import { runJob } from '../domain/work.js';
import { Runs } from './runs.js';

@Injectable()
export class CuttableDesensitisationRuns implements CuttableRuns {
  readonly context = 'desensitisation';
  readonly kind = 'desensitisation-run';
  constructor(
    private readonly runs: Runs,
    private readonly repository: RunsRepository,
  ) {}

  cut = (tx: Tx, scope: RunScope, states: readonly OpenRunState[]): Promise<readonly Id[]> => this.runs.cut(tx, scope, states);
  get = (tx: Tx, id: Id) => this.repository.get(tx, id);
  job = () => runJob;
}

@Implements('cut-path')
@Injectable()
export class QueuedRunsCut implements CutPath {
  readonly path = 'queued-jobs';
  readonly limits = runLimits;
  constructor(
    private readonly cuts: RunCuts,
    private readonly runs: CuttableDesensitisationRuns,
  ) {}

  cut = (scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> => this.cuts.cut(this.path, ['queued'], this.runs, scope, moment);
}

@Implements('cut-path')
@Injectable()
export class RunningRunsCut implements CutPath {
  readonly path = 'running-jobs';
  readonly limits = runLimits;
  constructor(
    private readonly cuts: RunCuts,
    private readonly runs: CuttableDesensitisationRuns,
  ) {}

  cut = (scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> =>
    this.cuts.cut(this.path, ['running', 'checking'], this.runs, scope, moment);
}
