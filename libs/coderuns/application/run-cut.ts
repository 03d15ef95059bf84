import type { CutMoment, CutPath, CutScope, Id, PathCut } from '#kernel';
import type { Tx } from '#platform/database';
import { Implements } from '#platform/seams';
import { type CuttableRuns, RunCuts, runLimits, type RunScope } from '#seats';
import type { OpenRunState } from '#seats/contract';
import { Injectable } from '@nestjs/common';
import { CodeRunsRepository } from '../persistence/code-runs.repository.js';
import type { CodeRunRow } from '../persistence/entities.js';
import { runJob, trialJob } from '../domain/work.js';
import { CodeRuns } from './code-runs.js';

@Injectable()
export class CuttableCodeRuns implements CuttableRuns {
  readonly context = 'coderuns';
  readonly kind = 'code-run';
  constructor(
    private readonly runs: CodeRuns,
    private readonly repository: CodeRunsRepository,
  ) {}

  cut = (tx: Tx, scope: RunScope, states: readonly OpenRunState[]): Promise<readonly Id[]> => this.runs.cut(tx, scope, states);
  get = (tx: Tx, id: Id) => this.repository.get(tx, id);
  job = (run: CodeRunRow) => (run.mode === 'trial' ? trialJob : runJob);
}

@Implements('cut-path')
@Injectable()
export class QueuedCodeRunsCut implements CutPath {
  readonly path = 'queued-jobs';
  readonly limits = runLimits;
  constructor(
    private readonly cuts: RunCuts,
    private readonly runs: CuttableCodeRuns,
  ) {}

  cut = (scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> => this.cuts.cut(this.path, ['queued'], this.runs, scope, moment);
}

@Implements('cut-path')
@Injectable()
export class RunningCodeRunsCut implements CutPath {
  readonly path = 'running-jobs';
  readonly limits = runLimits;
  constructor(
    private readonly cuts: RunCuts,
    private readonly runs: CuttableCodeRuns,
  ) {}

  cut = (scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> =>
    this.cuts.cut(this.path, ['running', 'checking'], this.runs, scope, moment);
}
