import { Domains } from '#domains';
import { systemAct, type CutPath, type CutScope, type Instant, type PathCut } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { workFor } from '#platform/queue';
import { Implements } from '#platform/seams';
import { SeatAccess } from '#seats';
import { Injectable } from '@nestjs/common';
import type { RunRow } from '../persistence/entities.js';
import { RunsRepository, type RunScope } from '../persistence/runs.repository.js';
import { Runs, runJob } from './runs.js';

type OpenState = 'queued' | 'running' | 'checking';

/** Says which runs a scope reaches. */
@Injectable()
export class RunScopes {
  constructor(
    private readonly seats: SeatAccess,
    private readonly domains: Domains,
  ) {}

  async of(tx: Tx, scope: CutScope): Promise<RunScope> {
    switch (scope.kind) {
      case 'person':
        return { requestedBy: scope.id };
      case 'unit':
        return { unitId: scope.id };
      case 'authorisation':
        return { authorisationId: scope.id };
      case 'scenario':
        return { scenarioId: scope.id };
      case 'domain':
        return { authorisationId: (await this.domains.facts(tx, { domainId: scope.id })).authorisationId };
      case 'seat': {
        const seat = await this.seats.whose(tx, scope.id);
        return { requestedBy: seat.personId, scenarioId: seat.scenarioId };
      }
    }
  }
}

/** Ends open runs of a scope in some states and shows it: their work is off the queue and their state lets nothing be published. */
abstract class RunCut implements CutPath {
  abstract readonly path: string;
  protected abstract readonly states: readonly OpenState[];

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly runs: Runs,
    private readonly repository: RunsRepository,
    private readonly scopes: RunScopes,
  ) {}

  async cut(scope: CutScope, at: Instant): Promise<readonly PathCut[]> {
    const act = systemAct('desensitisation', 'desensitisation-run.cancelled', at);
    const cut = await this.unitOfWork.run(act, async (tx) => this.runs.cut(tx, await this.scopes.of(tx, scope), this.states));
    if (cut.length === 0) return [nothingOpen(this.path, scope, this.states, at)];
    const probing = systemAct('desensitisation', 'desensitisation-run.read', at);
    return this.unitOfWork.read(probing, async (tx) => {
      const rows: PathCut[] = [];
      for (const id of cut) rows.push(await this.probe(tx, await this.repository.get(tx, id), at));
      return rows;
    });
  }

  private async probe(tx: Tx, run: RunRow, at: Instant): Promise<PathCut> {
    const work = await workFor(tx, runJob, run.id);
    const refused = run.state === 'cancelled' && work?.state !== 'due' && work?.state !== 'leased';
    return {
      path: this.path,
      object: `desensitisation-run/${run.id}`,
      cutAt: run.finishedAt ?? at,
      closedBy: 'acknowledged',
      probe: { how: 'read back the run and its work order', answer: `run ${run.state}, work ${work?.state ?? 'absent'}`, refused, at },
    };
  }
}

const nothingOpen = (path: string, scope: CutScope, states: readonly string[], at: Instant): PathCut => ({
  path,
  object: `${scope.kind}/${scope.id}`,
  cutAt: at,
  closedBy: 'nothing-open',
  probe: { how: `desensitisation runs of the scope that are ${states.join(' or ')}`, answer: '0', refused: true, at },
});

@Implements('cut-path')
@Injectable()
export class QueuedRunsCut extends RunCut {
  readonly path = 'queued-jobs';
  protected readonly states = ['queued'] as const;
  // Nest reads a class's own constructor for what to inject.
  // eslint-disable-next-line @typescript-eslint/no-useless-constructor
  constructor(unitOfWork: UnitOfWork, runs: Runs, repository: RunsRepository, scopes: RunScopes) {
    super(unitOfWork, runs, repository, scopes);
  }
}

@Implements('cut-path')
@Injectable()
export class RunningRunsCut extends RunCut {
  readonly path = 'running-jobs';
  protected readonly states = ['running', 'checking'] as const;
  // eslint-disable-next-line @typescript-eslint/no-useless-constructor
  constructor(unitOfWork: UnitOfWork, runs: Runs, repository: RunsRepository, scopes: RunScopes) {
    super(unitOfWork, runs, repository, scopes);
  }
}
