import type { CutMoment, CutPath, CutScope, PathCut } from '#kernel';
import { Implements } from '#platform/seams';
import { Injectable } from '@nestjs/common';
import type { WorkspaceRow } from '../persistence/entities.js';
import { ScopedSeats } from './scoped-seats.js';
import { type WorkspaceLook, WorkspaceWatch } from './workspace-watch.js';

/**
 * Workspace pods, and the service-account tokens that none of them has: shown by the pods that the operator still sees. An operator that
 * has not answered yet leaves the path open and holds up nothing: the attempt ends, and the next one reads the answer.
 */
@Implements('cut-path')
@Injectable()
export class WorkspaceCut implements CutPath {
  readonly path = 'workspace-pods';
  readonly limits = 'Shows the pods that the API server lists; a node that cannot be reached ends them by their deadline alone.';
  constructor(
    private readonly scoped: ScopedSeats,
    private readonly watch: WorkspaceWatch,
  ) {}

  async cut(scope: CutScope, moment: CutMoment): Promise<readonly PathCut[]> {
    const { workspaces } = await this.scoped.of(scope);
    if (workspaces.length === 0) {
      const probe = { how: 'workspaces ever opened', answer: '0', refused: true, at: moment.now() };
      const object = `${scope.kind}/${scope.id}`;
      return [{ path: this.path, object, cutAt: moment.seenAt, closedBy: 'nothing-open', probe }];
    }
    const looks = await this.watch.look(workspaces, { gone: true, cutId: moment.cutId, since: () => moment.seenAt });
    return workspaces.map((workspace) => this.rowOf(workspace, looks.get(workspace.id), moment));
  }

  private rowOf({ id, namespace, state }: WorkspaceRow, look: WorkspaceLook | undefined, { seenAt, now }: CutMoment): PathCut {
    const at = look?.at ?? now();
    const removed = state === 'removed';
    return {
      path: this.path,
      object: `workspace/${id}`,
      cutAt: removed ? seenAt : at,
      closedBy: removed ? 'nothing-open' : 'acknowledged',
      probe: {
        how: `the operator asks the API server for the pods of ${namespace}`,
        answer: look === undefined ? 'domain.operator-silent' : look.stands ? 'still there' : 'not there',
        refused: look === undefined ? 'unknown' : !look.stands,
        at,
      },
    };
  }
}
