import { Domains } from '#domains';
import { systemAct, type CutMoment, type CutPath, type CutScope, type Id, type Instant, type PathCut, type PathName } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { tryWork, workFor } from '#platform/queue';
import { Implements } from '#platform/seams';
import { SeatAccess } from '#seats';
import { Injectable, type FactoryProvider, type Type } from '@nestjs/common';
import type { OpenRunState } from '../domain/run-states.js';
import type { RunScope } from '../persistence/run-table.js';
import type { RunKind } from './run-kind.js';
import { RunLife } from './run-life.js';

interface RunPath {
  readonly path: PathName;
  readonly states: readonly OpenRunState[];
}
const runPaths: readonly RunPath[] = [
  { path: 'queued-jobs', states: ['queued'] },
  { path: 'running-jobs', states: ['running', 'checking'] },
];
const limits = 'The engine’s process is told at its next heartbeat and may compute until then; nothing that it makes is taken in.';

/** Ends open runs of a scope and shows it: their work is off the queue and their state lets nothing be published. */
@Injectable()
export class RunCuts {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly life: RunLife,
    private readonly seats: SeatAccess,
    private readonly domains: Domains,
  ) {}

  async cut({ path, states }: RunPath, runs: RunKind, scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> {
    const act = systemAct(runs.context, `${runs.kind}.cancelled`, moment.now());
    const cut = await this.unitOfWork.run(act, async (tx) => this.life.cut(tx, runs, await this.scopeOf(tx, scope), states));
    if (cut.length === 0) return [nothingOpen({ path, states }, runs, scope, moment)];
    const cutAt = moment.now();
    return this.unitOfWork.run(systemAct(runs.context, `${runs.kind}.read`, cutAt), async (tx) => {
      const rows: PathCut[] = [];
      for (const id of cut) rows.push(await probe(tx, path, runs, id, cutAt, moment));
      return rows;
    });
  }

  private async scopeOf(tx: Tx, scope: CutScope): Promise<RunScope> {
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

/** The paths of a receipt on which a kind of runs is cut: among the providers of its context's module. */
export const runCutPaths = (kind: Type<RunKind>): FactoryProvider<CutPath>[] =>
  runPaths.map((on) => {
    const useFactory = (cuts: RunCuts, runs: RunKind): CutPath => ({
      path: on.path,
      limits,
      cut: (scope, moment) => cuts.cut(on, runs, scope, moment),
    });
    Implements('cut-path')(useFactory);
    return { provide: Symbol(on.path), inject: [RunCuts, kind], useFactory };
  });

/** Asks the queue for the run's work as a worker would, to take it and to go on with it; a run that is over takes in no result. */
async function probe(tx: Tx, path: PathName, runs: RunKind, id: Id, cutAt: Instant, { now }: CutMoment): Promise<PathCut> {
  const run = await runs.table.get(tx, id);
  const work = await workFor(tx, runs.job(run), id);
  const answer = work === undefined ? 'refused' : await tryWork(tx, work.id);
  const refused = run.state === 'cancelled' && answer === 'refused';
  return {
    path,
    object: `${runs.kind}/${id}`,
    cutAt,
    closedBy: 'acknowledged',
    probe: { how: 'take the work and renew its lease, as a worker does', answer: `${answer}; run ${run.state}`, refused, at: now() },
  };
}

const nothingOpen = ({ path, states }: RunPath, { kind }: RunKind, scope: CutScope, { seenAt, now }: CutMoment): PathCut => ({
  path,
  object: `${scope.kind}/${scope.id}`,
  cutAt: seenAt,
  closedBy: 'nothing-open',
  probe: { how: `${kind.replaceAll('-', ' ')}s of the scope that are ${states.join(' or ')}`, answer: '0', refused: true, at: now() },
});
