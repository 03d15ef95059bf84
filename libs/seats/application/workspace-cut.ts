import { type Clock, type CutPath, type CutScope, type Id, type Instant, type PathCut, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Implements } from '#platform/seams';
import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkspaceRow } from '../persistence/entities.js';
import { WorkspacesRepository } from '../persistence/workspaces.repository.js';
import { ScopedSeats } from './scoped-seats.js';
import { WorkspaceWatch } from './workspace-watch.js';

/** How long one attempt waits for the operator to have removed the pods; after that the path is open and it is tried again. */
const patienceMs = 10_000;

/** Workspace pods, and the service-account tokens that none of them has: shown by the pods that the operator still sees. */
@Implements('cut-path')
@Injectable()
export class WorkspaceCut implements CutPath {
  readonly path = 'workspace-pods';
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly workspaces: WorkspacesRepository,
    private readonly scoped: ScopedSeats,
    private readonly watch: WorkspaceWatch,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async cut(scope: CutScope, at: Instant): Promise<readonly PathCut[]> {
    const workspaces = await this.unitOfWork.read(systemAct('seats', 'seat.read', at), async (tx) =>
      this.workspaces.ofSeats(tx, await this.scoped.ids(tx, scope)),
    );
    if (workspaces.length === 0) return [this.row(`${scope.kind}/${scope.id}`, at, 'nothing-open', 'workspaces ever opened', '0')];
    const standing = await this.awaitGone(workspaces.map(({ id }) => id));
    return workspaces.map((workspace) => this.rowOf(workspace, standing.has(workspace.id), at));
  }

  /** Asks until every pod is gone or patience ends. An operator that does not answer makes the attempt fail, and the receipt says so. */
  private async awaitGone(ids: readonly Id[]): Promise<ReadonlySet<Id>> {
    const deadline = Date.parse(this.clock.now()) + patienceMs;
    for (;;) {
      const standing = await this.watch.standing(ids);
      if (standing.size === 0 || Date.parse(this.clock.now()) > deadline) return standing;
      await pause(200);
    }
  }

  private rowOf({ id, namespace, state }: WorkspaceRow, stands: boolean, at: Instant): PathCut {
    const [cutAt, closedBy] = state === 'removed' ? ([at, 'nothing-open'] as const) : ([this.clock.now(), 'acknowledged'] as const);
    const row = this.row(
      `workspace/${id}`,
      cutAt,
      closedBy,
      `the operator asks the API server for the pods of ${namespace}`,
      stands ? 'still there' : 'not there',
    );
    return { ...row, probe: { ...row.probe, refused: !stands } };
  }

  private row(object: string, cutAt: Instant, closedBy: PathCut['closedBy'], how: string, answer: string): PathCut {
    return { path: this.path, object, cutAt, closedBy, probe: { how, answer, refused: true, at: this.clock.now() } };
  }
}
