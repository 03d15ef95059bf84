import { type DomainFacts, Domains, ZonePods } from '#domains';
import { addMs, Batched, type Clock, type Id, type Instant, systemAct } from '#kernel';
import { UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { askAgainMs } from '../domain/receipt.js';
import { workspaceJob } from '../domain/work.js';
import { workspaceName } from '../manifests/workspace.manifests.js';
import type { WorkspaceRow } from '../persistence/entities.js';
import { WorkspacesRepository } from '../persistence/workspaces.repository.js';
import { refuse } from '../domain/refusals.js';

const longBehindMs = 600_000;
/** Moves in one transaction, which holds their rows locked. */
const mostTogether = 10;

/** What the operator saw of one workspace. */
export interface WorkspaceLook {
  readonly stands: boolean;
  /** Of the answer, by the database's clock; null where there is no zone to look into. */
  readonly at: Instant | null;
}
interface Looked {
  /** Whether they should be gone: else what was seen is enough once they stand, or are gone where they are to go. */
  readonly gone?: boolean;
  /** The cut that is to have ended them. */
  readonly cutId?: Id;
  /** What was seen before says nothing. */
  readonly since: (row: WorkspaceRow) => Instant;
}

interface Moved {
  readonly seen: WorkspaceRow;
  readonly to: 'applied' | 'removed';
  readonly traceparent: string | undefined;
}

/** Compares workspaces with the pods that the operator sees and writes down what the cluster shows. */
@Injectable()
export class WorkspaceWatch {
  private readonly facts = new Batched<Id, DomainFacts | undefined>(
    (ids) =>
      this.unitOfWork.read(systemAct('seats', 'workspace.removed', this.clock.now()), async (tx) => {
        const found = new Map<Id, DomainFacts | undefined>();
        for (const domainId of new Set(ids)) found.set(domainId, await this.domains.find(tx, { domainId }, 'none'));
        return ids.map((id) => found.get(id));
      }),
    { gatherMs: 0 },
  );

  /** Moves that come at the same time commit together: each alone costs as much again in transactions. */
  private readonly moves = new Batched<Moved, undefined>((moves) => this.moveAll(moves), { most: mostTogether, gatherMs: 0, atOnce: 6 });

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly workspaces: WorkspacesRepository,
    private readonly domains: Domains,
    private readonly pods: ZonePods,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * What the operator has answered by now; where that is not enough it is asked, and nobody waits for it here.
   * @returns looks by workspace; none for one of which nothing is known yet. A row that is behind what was seen is moved on.
   * @throws Refusal `domain.order-failed`.
   */
  async look(rows: readonly WorkspaceRow[], { gone, cutId, since }: Looked, traceparent?: string): Promise<ReadonlyMap<Id, WorkspaceLook>> {
    const looks = new Map<Id, WorkspaceLook>();
    const domains = Map.groupBy(rows, (row) => row.domainId);
    await Promise.all(
      [...domains].map(async ([domainId, own]) => {
        const latest = own.map(since).reduce((a, b) => (a > b ? a : b));
        const toGo = (row: WorkspaceRow): boolean => gone === true || row.state === 'removing' || row.state === 'removed';
        const kind = own.every(toGo) ? 'pods' : 'standing';
        const seen = await this.podsOf({ domainId, kind, ...(cutId === undefined ? {} : { cutId }) }, latest, (pods) =>
          own.every((row) => stands(row, pods) !== toGo(row)),
        );
        if (seen === undefined) return;
        for (const row of own) {
          const look = { stands: stands(row, seen.pods), at: seen.at };
          looks.set(row.id, look);
          if (look.stands && row.state === 'planned') await this.moves.ask({ seen: row, to: 'applied', traceparent });
          if (!look.stands && row.state === 'removing') await this.moves.ask({ seen: row, to: 'removed', traceparent });
        }
      }),
    );
    return looks;
  }

  /**
   * Looks, and while the cluster is behind orders the next look, which holds no place meanwhile and costs no try.
   * @throws Refusal `workspace.not-settled` where it is behind for long: from then on tries are counted.
   */
  async follow(workspaceId: Id, traceparent?: string): Promise<void> {
    await this.look(await this.rows([workspaceId]), { since: ({ wantedAt }) => wantedAt }, traceparent);
    const [workspace] = await this.rows([workspaceId]);
    if (workspace?.state !== 'planned' && workspace?.state !== 'removing') return;
    const act = systemAct('seats', 'workspace.removed', this.clock.now(), traceparent);
    const again = await this.unitOfWork.run(act, async (tx) => {
      const now = await tx.now();
      const ageMs = Date.parse(now) - Date.parse(workspace.wantedAt);
      if (ageMs > longBehindMs) return false;
      await tx.enqueue(workspaceJob, { key: workspaceId, dueAt: addMs(now, askAgainMs(ageMs)) });
      return true;
    });
    if (!again) throw refuse('workspace.not-settled', { workspaceId, state: workspace.state });
  }

  /** A destroyed domain has no zone any more, and nobody to ask about it. */
  private async podsOf(
    subject: Parameters<ZonePods['seen']>[0],
    since: Instant,
    enough: (pods: ReadonlySet<string>) => boolean,
  ): Promise<{ readonly pods: ReadonlySet<string>; readonly at: Instant | null } | undefined> {
    const domain = await this.facts.ask(subject.domainId);
    if (domain === undefined || domain.state === 'destroyed') return { pods: new Set(), at: null };
    return this.pods.seen(subject, since, enough);
  }

  private rows(ids: readonly Id[]): Promise<readonly WorkspaceRow[]> {
    return this.unitOfWork.read(systemAct('seats', 'workspace.removed', this.clock.now()), (tx) => this.workspaces.find(tx, ids));
  }

  private async moveAll(moves: readonly Moved[]): Promise<readonly undefined[]> {
    const [first] = moves;
    const context = systemAct('seats', `workspace.${first?.to ?? 'removed'}`, this.clock.now(), first?.traceparent);
    await this.unitOfWork.run(context, async (tx) => {
      // In one order for all who lock several.
      for (const { seen, to } of moves.toSorted((a, b) => (a.seen.id < b.seen.id ? -1 : 1))) {
        const workspace = await this.workspaces.lock(tx, seen.id);
        if (workspace.state !== seen.state) continue;
        await this.workspaces.move(tx, workspace, to);
        const { unitId, authorisationId, scenarioId, domainId } = workspace;
        const action = `workspace.${to}`;
        await tx.record({ action, object: { kind: 'workspace', id: workspace.id }, unitId, authorisationId, scenarioId, domainId });
      }
    });
    return moves.map(() => undefined);
  }
}

const stands = ({ id, namespace }: WorkspaceRow, pods: ReadonlySet<string>): boolean => pods.has(`${namespace}/${workspaceName(id)}`);
