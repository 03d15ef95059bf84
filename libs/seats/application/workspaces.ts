import { Catalogue, DesiredObjects, Domains } from '#domains';
import { type ActContext, type Id, newId, personOf } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { OpenWorkspace, WorkspaceView } from '../contract.js';
import { sessionEnd, sessionSeconds } from '../domain/lapse-notices.js';
import { decideActivation } from '../domain/seat-decisions.js';
import { assertNoneOpen, catalogueImage } from '../domain/workspace.js';
import { workspaceManifests } from '../manifests/workspace.manifests.js';
import type { SeatRow, WorkspaceRow } from '../persistence/entities.js';
import { SeatsRepository } from '../persistence/seats.repository.js';
import { WorkspacesRepository } from '../persistence/workspaces.repository.js';
import { partiesOf, SeatChanges, seatOwner } from './seat-changes.js';
import { SeatAccess } from './seat-access.js';
import { SeatFactsGatherer } from './seat-facts-gatherer.js';
import { SeatReview } from './seat-review.js';
import { workspaceView } from './seat-views.js';
import { SEATS_CONFIG, type SeatsConfig } from './seats.config.js';
import { workspaceJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

type WorkspaceAnswer = z.output<typeof WorkspaceView>;

@Injectable()
export class Workspaces {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seats: SeatsRepository,
    private readonly workspaces: WorkspacesRepository,
    private readonly domains: Domains,
    private readonly catalogue: Catalogue,
    private readonly desired: DesiredObjects,
    private readonly access: SeatAccess,
    private readonly gatherer: SeatFactsGatherer,
    private readonly changes: SeatChanges,
    private readonly review: SeatReview,
    @Inject(SEATS_CONFIG) private readonly config: SeatsConfig,
  ) {}

  /** Opens the seat's workspace: what the zone is to hold is written down, the operator brings it about. Each start is metered (SEAT-05). */
  open(ctx: ActContext, seatId: Id, input: z.output<typeof OpenWorkspace>): Promise<WorkspaceAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      await this.seats.assertSees(tx, await this.seats.get(tx, seatId));
      const seat = await this.seats.lock(tx, seatId);
      if (personOf(ctx.actor).personId !== seat.personId) throw refuse('workspace.not-own', { seatId });
      await this.access.assertWorks(tx, seat, ctx.at);
      assertNoneOpen(await this.workspaces.ofSeat(tx, seatId));
      const workspace = await this.place(tx, seat, input.image);
      if (seat.state === 'granted') await this.activate(tx, seat);
      return workspaceView(workspace);
    });
  }

  /** The person closes their session; the seat stays. */
  close(ctx: ActContext, workspaceId: Id): Promise<WorkspaceAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const workspace = await this.workspaces.lock(tx, workspaceId);
      const [seat] = await this.seats.find(tx, [workspace.seatId]);
      if (seat === undefined || !(await this.seats.sees(tx, seat))) throw refuse('workspace.not-found', { id: workspaceId });
      const moved = await this.workspaces.move(tx, workspace, 'removing');
      await this.desired.drop(tx, seatOwner(seat.id));
      await tx.record({ action: 'workspace.closed', object: { kind: 'workspace', id: workspaceId }, ...partiesOf(seat) });
      await tx.enqueue(workspaceJob, { key: workspaceId });
      return workspaceView(moved);
    });
  }

  private async place(tx: Tx, seat: SeatRow, wanted: string): Promise<WorkspaceRow> {
    const { at } = tx.context;
    const image = catalogueImage(await this.catalogue.listed(tx, 'dev'), wanted);
    const domain = await this.domains.facts(tx, { authorisationId: seat.authorisationId }, 'share');
    const zone = domain.zones.find((candidate) => candidate.zone === 'dev');
    if (domain.state !== 'ready' || zone === undefined) throw refuse('workspace.no-domain', { state: domain.state });
    const facts = await this.gatherer.facts(tx, seat, at);
    const { sessionSeconds: longest, gatewayNamespace, cpu, memory, scratch } = this.config.workspace;
    const row = await this.workspaces.insert(tx, {
      id: newId(),
      openedAt: at,
      seatId: seat.id,
      ...partiesOf(seat),
      domainId: domain.id,
      namespace: zone.namespace,
      image,
      state: 'planned',
      endsAt: sessionEnd(facts, at, longest),
      wantedAt: await tx.now(),
    });
    const manifests = workspaceManifests({
      workspaceId: row.id,
      seatId: seat.id,
      scenarioId: seat.scenarioId,
      domainId: domain.id,
      namespace: zone.namespace,
      image: row.image,
      sessionSeconds: sessionSeconds(facts, at, longest),
      size: { cpu, memory, scratch },
      nodePool: zone.nodePool,
      gatewayNamespace,
    });
    await this.desired.want(tx, domain.id, 'dev', { ...seatOwner(seat.id), scenarioId: seat.scenarioId }, manifests);
    await tx.record({
      action: 'workspace.opened',
      object: { kind: 'workspace', id: row.id },
      ...partiesOf(seat),
      details: { image: row.image },
    });
    await tx.use({ item: 'workspace-start', quantity: 1, sourceKind: 'workspace', sourceId: row.id, ...partiesOf(seat), usedAt: at });
    await tx.enqueue(workspaceJob, { key: row.id });
    return row;
  }

  private async activate(tx: Tx, seat: SeatRow): Promise<void> {
    const facts = await this.gatherer.facts(tx, seat, tx.context.at, 'share');
    await this.changes.apply(tx, seat, decideActivation(facts, tx.context.at), 'seat.activated');
    await this.review.countDay(tx, seat.id);
  }
}
