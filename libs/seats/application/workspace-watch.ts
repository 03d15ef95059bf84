import { type Clock, type Id, refuse, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { type Cluster, CLUSTER } from '#platform/kube';
import { Inject, Injectable } from '@nestjs/common';
import { workspaceName } from '../manifests/workspace.manifests.js';
import type { WorkspaceRow } from '../persistence/entities.js';
import { WorkspacesRepository } from '../persistence/workspaces.repository.js';

/** Compares a workspace's row with its pod and writes down what the cluster shows. */
@Injectable()
export class WorkspaceWatch {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly workspaces: WorkspacesRepository,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @returns whether the pod is in the cluster. A row that is behind what was seen is moved on. */
  async settle(workspaceId: Id, traceparent?: string): Promise<'standing' | 'gone'> {
    const act = systemAct('seats', 'workspace.removed', this.clock.now(), traceparent);
    const [workspace] = await this.unitOfWork.read(act, (tx) => this.workspaces.find(tx, [workspaceId]));
    if (workspace === undefined || workspace.state === 'removed') return 'gone';
    const { namespace } = workspace;
    const pod = await this.cluster.read({ apiVersion: 'v1', kind: 'Pod', name: workspaceName(workspaceId), namespace });
    const seen = pod === undefined ? 'gone' : 'standing';
    if (seen === 'standing' && workspace.state === 'planned') await this.move(workspace, 'applied', 'workspace.applied', traceparent);
    if (seen === 'gone' && workspace.state === 'removing') await this.move(workspace, 'removed', 'workspace.removed', traceparent);
    return seen;
  }

  /** Throws while the cluster is behind, so that it is looked at again. */
  async follow(workspaceId: Id, traceparent?: string): Promise<void> {
    await this.settle(workspaceId, traceparent);
    const act = systemAct('seats', 'workspace.removed', this.clock.now(), traceparent);
    const [workspace] = await this.unitOfWork.read(act, (tx) => this.workspaces.find(tx, [workspaceId]));
    if (workspace?.state === 'planned' || workspace?.state === 'removing') {
      throw refuse('workspace.not-settled', { workspaceId, state: workspace.state });
    }
  }

  private async move(seen: WorkspaceRow, to: 'applied' | 'removed', action: string, traceparent?: string): Promise<void> {
    await this.unitOfWork.run(systemAct('seats', action, this.clock.now(), traceparent), async (tx) => {
      const workspace = await this.workspaces.lock(tx, seen.id);
      if (workspace.state !== seen.state) return;
      await this.workspaces.move(tx, workspace, to);
      const { unitId, authorisationId, scenarioId, domainId } = workspace;
      await tx.record({ action, object: { kind: 'workspace', id: workspace.id }, unitId, authorisationId, scenarioId, domainId });
    });
  }
}
