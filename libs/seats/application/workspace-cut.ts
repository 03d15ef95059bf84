import { type Clock, type CutPath, type CutScope, type Instant, type PathCut, systemAct } from '#kernel';
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

/** Workspace pods, and the service-account tokens that none of them has: shown by asking the cluster for the pod. */
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
    const deadline = Date.parse(this.clock.now()) + patienceMs;
    return Promise.all(workspaces.map((workspace) => this.gone(workspace, at, deadline)));
  }

  /** Asks until the pod is gone. A cluster that does not answer makes the attempt fail, and the receipt says so until it does. */
  private async gone(workspace: WorkspaceRow, at: Instant, deadline: number): Promise<PathCut> {
    const how = `read Pod ${workspace.namespace}`;
    for (;;) {
      const standing = await this.watch.settle(workspace.id);
      if (standing === 'gone') {
        const closedBy = workspace.state === 'removed' ? 'nothing-open' : 'acknowledged';
        return this.row(`workspace/${workspace.id}`, workspace.state === 'removed' ? at : this.clock.now(), closedBy, how, 'NotFound');
      }
      if (Date.parse(this.clock.now()) > deadline) {
        const row = this.row(`workspace/${workspace.id}`, this.clock.now(), 'acknowledged', how, standing);
        return { ...row, probe: { ...row.probe, refused: false } };
      }
      await pause(200);
    }
  }

  private row(object: string, cutAt: Instant, closedBy: PathCut['closedBy'], how: string, answer: string): PathCut {
    return { path: this.path, object, cutAt, closedBy, probe: { how, answer, refused: true, at: this.clock.now() } };
  }
}
