import { Domains, ZonePods } from '#domains';
import { type Clock, type Id, refuse, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { workspaceName } from '../manifests/workspace.manifests.js';
import type { WorkspaceRow } from '../persistence/entities.js';
import { WorkspacesRepository } from '../persistence/workspaces.repository.js';

/** How long the operator is waited for. */
const answerSeconds = 5;

/** Compares workspaces with the pods that the operator sees and writes down what the cluster shows. */
@Injectable()
export class WorkspaceWatch {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly workspaces: WorkspacesRepository,
    private readonly domains: Domains,
    private readonly pods: ZonePods,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @returns ids of the workspaces whose pod stands. A row that is behind what was seen is moved on.
   * @throws Refusal `domain.operator-silent`, `domain.order-failed`.
   */
  async standing(workspaceIds: readonly Id[], traceparent?: string): Promise<ReadonlySet<Id>> {
    const rows = await this.rows(workspaceIds);
    const standing = new Set<Id>();
    for (const [domainId, own] of Map.groupBy(rows, (row) => row.domainId)) {
      const pods = await this.podsOf(domainId);
      for (const row of own) {
        const stands = pods.has(`${row.namespace}/${workspaceName(row.id)}`);
        if (stands) standing.add(row.id);
        if (stands && row.state === 'planned') await this.move(row, 'applied', 'workspace.applied', traceparent);
        if (!stands && row.state === 'removing') await this.move(row, 'removed', 'workspace.removed', traceparent);
      }
    }
    return standing;
  }

  /** Throws while the cluster is behind, so that it is looked at again. */
  async follow(workspaceId: Id, traceparent?: string): Promise<void> {
    await this.standing([workspaceId], traceparent);
    const [workspace] = await this.rows([workspaceId]);
    if (workspace?.state === 'planned' || workspace?.state === 'removing') {
      throw refuse('workspace.not-settled', { workspaceId, state: workspace.state });
    }
  }

  /** A destroyed domain has no zone any more, and nobody to ask about it. */
  private async podsOf(domainId: Id): Promise<ReadonlySet<string>> {
    const act = systemAct('seats', 'workspace.removed', this.clock.now());
    const domain = await this.unitOfWork.read(act, (tx) => this.domains.find(tx, { domainId }, 'none'));
    if (domain === undefined || domain.state === 'destroyed') return new Set();
    return this.pods.standing(domainId, answerSeconds);
  }

  private rows(ids: readonly Id[]): Promise<readonly WorkspaceRow[]> {
    return this.unitOfWork.read(systemAct('seats', 'workspace.removed', this.clock.now()), (tx) => this.workspaces.find(tx, ids));
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
