import { Scenarios } from '#authorisations';
import { Domains } from '#domains';
import { systemAct, type CutMoment, type CutPath, type CutScope, type Id, type Instant, type PathCut, type PathName } from '#kernel';
import { UnitOfWork, type Tx } from '#platform/database';
import { dropWork, Handlers, openWork, tryWork, type OpenWork, type WorkScope } from '#platform/queue';
import { Implements, Seams, type WorkEnd } from '#platform/seams';
import { SeatAccess } from '#seats';
import { Injectable, type FactoryProvider, type OnApplicationBootstrap } from '@nestjs/common';

interface WorkPath {
  readonly path: PathName;
  readonly states: readonly OpenWork['state'][];
}
const workPaths: readonly WorkPath[] = [
  { path: 'queued-jobs', states: ['due', 'dead'] },
  { path: 'running-jobs', states: ['leased'] },
];
const limits = 'The engine’s process is told at its next heartbeat and may compute until then; nothing that it makes is taken in.';

/** What a cut did to a scope's queued work, as it was found. */
interface Cut {
  readonly ended: readonly OpenWork[];
  readonly cutAt: Instant;
}

/** Work that was put into the queue, or given back to it, while a cut was ending what it saw. */
const rounds = 5;

/**
 * Ends whatever is queued or running of a scope, by the queue's own rows: every kind of job, but those that say why no cut ends them. A kind
 * that a cut ends and of which nobody knows how keeps the process from starting.
 */
@Injectable()
export class WorkCuts implements OnApplicationBootstrap {
  private readonly ends = new Map<string, WorkEnd>();
  private readonly done = new WeakMap<CutMoment, Promise<Cut>>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seams: Seams,
    private readonly handlers: Handlers,
    private readonly seats: SeatAccess,
    private readonly scenarios: Scenarios,
    private readonly domains: Domains,
  ) {}

  onApplicationBootstrap(): void {
    for (const end of this.seams.all('work-end')) for (const { name } of end.jobs) this.ends.set(name, end);
    const lost = [...this.handlers.jobs().values()].filter(({ job }) => (job.cut === 'with-its-scope') !== this.ends.has(job.name));
    if (lost.length > 0) throw new Error(`jobs that declare one thing and end by another: ${lost.map(({ job }) => job.name).join(', ')}`);
  }

  /** Both paths of one moment are one cut: work that changes its state meanwhile falls between no two looks. */
  async cut({ path, states }: WorkPath, scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> {
    let cutting = this.done.get(moment);
    if (cutting === undefined) this.done.set(moment, (cutting = this.endAll(scope, moment)));
    const { ended, cutAt } = await cutting;
    const mine = ended.filter(({ state }) => states.includes(state));
    return this.unitOfWork.run(systemAct('runs', 'revocation.cut', moment.now()), async (tx) => {
      const rows: PathCut[] = [];
      for (const work of mine) rows.push(await this.probe(tx, path, work, cutAt, moment));
      return [...rows, await this.left(tx, path, scope, mine.length === 0 ? moment.seenAt : cutAt, moment)];
    });
  }

  private async endAll(scope: CutScope, moment: CutMoment): Promise<Cut> {
    const ended = new Map<Id, OpenWork>();
    for (let round = 0; round < rounds; round += 1) {
      const open = (await this.openOf(scope, moment)).filter(({ name }) => this.ends.has(name));
      if (open.length === 0) break;
      for (const work of open) {
        const end = this.ends.get(work.name) as WorkEnd;
        await this.unitOfWork.run(systemAct(end.by, end.action, moment.now()), async (tx) => {
          await end.end(tx, work.key);
          await dropWork(tx, work.id);
        });
        if (!ended.has(work.id)) ended.set(work.id, work);
      }
    }
    return { ended: [...ended.values()], cutAt: moment.now() };
  }

  private openOf(scope: CutScope, moment: CutMoment): Promise<OpenWork[]> {
    return this.unitOfWork.read(systemAct('runs', 'revocation.read', moment.now()), async (tx) =>
      openWork(tx, await this.scopeOf(tx, scope)),
    );
  }

  /** Asks the queue for the work as a worker would, to take it and to go on with it, and what has become of what it was for. */
  private async probe(tx: Tx, path: PathName, work: OpenWork, cutAt: Instant, { now }: CutMoment): Promise<PathCut> {
    const { object, state, over } = await (this.ends.get(work.name) as WorkEnd).look(tx, work.key);
    const answer = await tryWork(tx, work.id);
    return {
      path,
      object,
      cutAt,
      closedBy: 'acknowledged',
      probe: {
        how: 'take the work and renew its lease, as a worker does',
        answer: `${answer}; ${state}`,
        refused: over && answer === 'refused',
        at: now(),
      },
    };
  }

  /** What the queue still has of the scope: nothing that a cut ends; and by name and count what goes on. */
  private async left(tx: Tx, path: PathName, scope: CutScope, cutAt: Instant, { now }: CutMoment): Promise<PathCut> {
    const open = await openWork(tx, await this.scopeOf(tx, scope));
    const mustEnd = open.filter(({ name }) => this.ends.has(name)).length;
    const goesOn = [...Map.groupBy(open, ({ name }) => name)].filter(([name]) => !this.ends.has(name));
    const told = goesOn.map(([name, of]) => `${name} ${String(of.length)} (${this.whyOn(name)})`);
    return {
      path,
      object: `${scope.kind}/${scope.id}`,
      cutAt,
      closedBy: 'nothing-open',
      probe: {
        how: 'jobs of the scope in the queue, of every kind, that are due, leased or dead',
        answer: [`${String(mustEnd)} that a cut ends`, ...(told.length === 0 ? [] : [`go on: ${told.join('; ')}`])].join('; '),
        refused: mustEnd === 0,
        at: now(),
      },
    };
  }

  private whyOn(name: string): string {
    const cut = this.handlers.jobs().get(name)?.job.cut;
    return typeof cut === 'object' ? cut.goesOn : 'nothing here does it';
  }

  private async scopeOf(tx: Tx, scope: CutScope): Promise<WorkScope> {
    switch (scope.kind) {
      case 'person':
        return { personId: scope.id };
      case 'unit':
        return { unitId: scope.id };
      case 'authorisation':
        return this.under(tx, scope.id);
      case 'scenario':
        return { scenarioIds: [scope.id] };
      case 'domain':
        return this.under(tx, (await this.domains.facts(tx, { domainId: scope.id })).authorisationId);
      case 'seat': {
        const { personId, scenarioId } = await this.seats.whose(tx, scope.id);
        return { personId, scenarioIds: [scenarioId] };
      }
    }
  }

  private async under(tx: Tx, authorisationId: Id): Promise<WorkScope> {
    return { scenarioIds: (await this.scenarios.ofAuthorisation(tx, authorisationId)).map(({ id }) => id) };
  }
}

/** The paths of a receipt on which queued and running work is cut. */
export const workCutPaths: readonly FactoryProvider<CutPath>[] = workPaths.map((on) => {
  const useFactory = (cuts: WorkCuts): CutPath => ({ path: on.path, limits, cut: (scope, moment) => cuts.cut(on, scope, moment) });
  Implements('cut-path')(useFactory);
  return { provide: Symbol(on.path), inject: [WorkCuts], useFactory };
});
