import { Domains } from '#domains';
import { Batched, type Clock, type CutScope, type Id, systemAct } from '#kernel';
import { type Tx, UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { Inject, Injectable } from '@nestjs/common';
import { type SeatState, seatTransitions } from '../domain/seat.js';
import type { SeatRow, WorkspaceRow } from '../persistence/entities.js';
import { SeatsRepository } from '../persistence/seats.repository.js';
import { WorkspacesRepository } from '../persistence/workspaces.repository.js';

/** States in which a seat was granted at some time, so that something may still hang on it. */
const everGranted = (Object.keys(seatTransitions) as SeatState[]).filter((state) => state !== 'requested' && state !== 'refused');

/** What a cut's scope means: its seats and all workspaces that they ever had. */
export interface Scoped {
  readonly seats: readonly SeatRow[];
  readonly workspaces: readonly WorkspaceRow[];
}

/** The seats that a cut's scope means, read once for all cuts that ask at the same time. */
@Injectable()
export class ScopedSeats {
  private readonly scopes = new Batched<CutScope, Scoped>(
    (scopes) => this.unitOfWork.read(systemAct('seats', 'seat.read', this.clock.now()), (tx) => this.read(tx, scopes)),
    { gatherMs: 0 },
  );

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly seats: SeatsRepository,
    private readonly workspaces: WorkspacesRepository,
    private readonly domains: Domains,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  of(scope: CutScope): Promise<Scoped> {
    return this.scopes.ask(scope);
  }

  private async read(tx: Tx, scopes: readonly CutScope[]): Promise<readonly Scoped[]> {
    const ids = scopes.flatMap(({ kind, id }) => (kind === 'seat' ? [id] : []));
    const single = new Map((ids.length === 0 ? [] : await this.seats.among(tx, ids, everGranted)).map((seat) => [seat.id, seat]));
    const seats: (readonly SeatRow[])[] = [];
    for (const scope of scopes) seats.push(scope.kind === 'seat' ? [single.get(scope.id) ?? []].flat() : await this.wide(tx, scope));
    const workspaces = Map.groupBy(
      await this.workspaces.ofSeats(
        tx,
        seats.flat().map(({ id }) => id),
      ),
      ({ seatId }) => seatId,
    );
    return seats.map((own) => ({ seats: own, workspaces: own.flatMap(({ id }) => workspaces.get(id) ?? []) }));
  }

  private async wide(tx: Tx, { kind, id }: CutScope): Promise<readonly SeatRow[]> {
    return this.seats.find(tx, await this.seats.idsOf(tx, await this.seatScope(tx, kind, id), everGranted));
  }

  private async seatScope(tx: Tx, kind: CutScope['kind'], id: Id) {
    if (kind !== 'domain') return { kind, id };
    return { kind: 'authorisation' as const, id: (await this.domains.facts(tx, { domainId: id })).authorisationId };
  }
}
