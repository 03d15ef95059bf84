import { Domains } from '#domains';
import { systemAct, type CutMoment, type CutScope, type Id, type Instant, type JobType, type PathCut, type PathName } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { tryWork, workFor } from '#platform/queue';
import { Injectable } from '@nestjs/common';
import type { OpenRunState, RunState } from '../domain/run.states.js';
import { SeatAccess } from './seat-access.js';

/** What of a run a scope names. */
export type RunScope = Readonly<Partial<Record<'requestedBy' | 'unitId' | 'authorisationId' | 'scenarioId', Id>>>;

/** What is asked of one run. */
export interface CuttableRun {
  readonly id: Id;
  readonly state: RunState;
  readonly finishedAt: Instant | null;
}

/** The runs of one context, as its cut paths hand them over. */
export interface CuttableRuns {
  readonly context: string;
  /** Kind of the run, which begins its actions: `code-run`. */
  readonly kind: string;
  /** Its work in the queue. */
  job(run: CuttableRun): JobType;
  /** Ends the open runs of the scope in these states. @returns their ids */
  cut(tx: Tx, scope: RunScope, states: readonly OpenRunState[]): Promise<readonly Id[]>;
  get(tx: Tx, id: Id): Promise<CuttableRun>;
}

/** What the probe of a run's path does not show. */
export const runLimits =
  'The engine’s process is told at its next heartbeat and may compute until then; nothing that it makes is taken in.';

/** Ends open runs of a scope and shows it: their work is off the queue and their state lets nothing be published. */
@Injectable()
export class RunCuts {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seats: SeatAccess,
    private readonly domains: Domains,
  ) {}

  async cut(
    path: PathName,
    states: readonly OpenRunState[],
    runs: CuttableRuns,
    scope: CutScope,
    moment: CutMoment,
  ): Promise<readonly PathCut[]> {
    const act = systemAct(runs.context, `${runs.kind}.cancelled`, moment.now());
    const cut = await this.unitOfWork.run(act, async (tx) => runs.cut(tx, await this.scopeOf(tx, scope), states));
    if (cut.length === 0) return [nothingOpen(path, states, runs, scope, moment)];
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

/** Asks the queue for the run's work as a worker would, to take it and to go on with it; a run that is over takes in no result. */
async function probe(tx: Tx, path: PathName, runs: CuttableRuns, id: Id, cutAt: Instant, { now }: CutMoment): Promise<PathCut> {
  const run = await runs.get(tx, id);
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

const nothingOpen = (
  path: PathName,
  states: readonly OpenRunState[],
  { kind }: CuttableRuns,
  scope: CutScope,
  { seenAt, now }: CutMoment,
): PathCut => ({
  path,
  object: `${scope.kind}/${scope.id}`,
  cutAt: seenAt,
  closedBy: 'nothing-open',
  probe: { how: `${kind.replaceAll('-', ' ')}s of the scope that are ${states.join(' or ')}`, answer: '0', refused: true, at: now() },
});
