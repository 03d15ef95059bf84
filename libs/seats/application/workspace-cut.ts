import { type CutMoment, type CutPath, type CutScope, type Id, type PathCut, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
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
  readonly limits = 'Shows the pods that the API server lists; a node that cannot be reached ends them by their deadline alone.';
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly workspaces: WorkspacesRepository,
    private readonly scoped: ScopedSeats,
    private readonly watch: WorkspaceWatch,
  ) {}

  async cut(scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> {
    const workspaces = await this.unitOfWork.read(systemAct('seats', 'seat.read', moment.now()), async (tx) =>
      this.workspaces.ofSeats(tx, await this.scoped.ids(tx, scope)),
    );
    if (workspaces.length === 0) return [this.row(`${scope.kind}/${scope.id}`, moment, 'nothing-open', 'workspaces ever opened', '0')];
    const standing = await this.awaitGone(
      workspaces.map(({ id }) => id),
      moment,
    );
    return workspaces.map((workspace) => this.rowOf(workspace, standing.has(workspace.id), moment));
  }

  /** Asks until every pod is gone or patience ends. An operator that does not answer makes the attempt fail, and the receipt says so. */
  private async awaitGone(ids: readonly Id[], { now }: CutMoment): Promise<ReadonlySet<Id>> {
    const deadline = Date.parse(now()) + patienceMs;
    for (;;) {
      const standing = await this.watch.standing(ids);
      if (standing.size === 0 || Date.parse(now()) > deadline) return standing;
      await pause(200);
    }
  }

  private rowOf({ id, namespace, state }: WorkspaceRow, stands: boolean, moment: CutMoment): PathCut {
    const row = this.row(
      `workspace/${id}`,
      moment,
      state === 'removed' ? 'nothing-open' : 'acknowledged',
      `the operator asks the API server for the pods of ${namespace}`,
      stands ? 'still there' : 'not there',
    );
    return { ...row, probe: { ...row.probe, refused: !stands } };
  }

  private row(object: string, { seenAt, now }: CutMoment, closedBy: PathCut['closedBy'], how: string, answer: string): PathCut {
    const cutAt = closedBy === 'nothing-open' ? seenAt : now();
    return { path: this.path, object, cutAt, closedBy, probe: { how, answer, refused: true, at: now() } };
  }
}
