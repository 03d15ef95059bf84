import { type CutScope, type Id, type Instant, newId } from '#kernel';
import { DesiredObjects } from '#domains';
import type { Tx } from '#platform/database';
import { Inject, Injectable } from '@nestjs/common';
import type { RevocationCause } from '../domain/revocation.js';
import type { SeatChange } from '../domain/seat-decisions.js';
import type { RevocationRow, SeatRow } from '../persistence/entities.js';
import { RevocationsRepository } from '../persistence/revocations.repository.js';
import { SeatsRepository } from '../persistence/seats.repository.js';
import { WorkspacesRepository } from '../persistence/workspaces.repository.js';
import { cutJob } from '../domain/work.js';
import { SEATS_CONFIG, type SeatsConfig } from './seats.config.js';

/** Owner, among those that a zone holds objects for: the seat, which has one workspace at a time. */
export const seatOwner = (id: Id): { kind: string; id: Id } => ({ kind: 'seat', id });

/** Of an authorisation and a scenario the act upstream raised the epoch, and news of it came here later: the promise runs from the act. */
const committedAt = async (tx: Tx, scope: CutScope): Promise<Instant> =>
  (scope.kind === 'authorisation' || scope.kind === 'scenario' ? await tx.raisedAt(scope) : undefined) ?? (await tx.now());

export interface RevocationOpening {
  readonly scope: CutScope;
  readonly cause: RevocationCause;
  readonly ground: string;
  readonly reason: string | null;
  readonly caseId: Id | null;
  readonly seats: readonly SeatRow[];
  readonly parties: Pick<RevocationRow, 'unitId' | 'authorityId' | 'authorisationId' | 'scenarioId'>;
}

const actions = {
  granted: 'seat.granted',
  active: 'seat.resumed',
  paused: 'seat.paused',
  revoking: 'seat.revoking',
  revoked: 'seat.revoked',
  refused: 'seat.refused',
} as const;

/** Applies decisions about seats: state, epoch, workspace and journal in one transaction. */
@Injectable()
export class SeatChanges {
  constructor(
    private readonly seats: SeatsRepository,
    private readonly workspaces: WorkspacesRepository,
    private readonly revocations: RevocationsRepository,
    private readonly desired: DesiredObjects,
    @Inject(SEATS_CONFIG) private readonly config: SeatsConfig,
  ) {}

  /** Applies one change. A change that cuts is followed by {@link openRevocation}, once for all the seats that are cut together. */
  async apply(tx: Tx, seat: SeatRow, change: SeatChange, action: string = actions[change.to]): Promise<SeatRow> {
    const changed = await this.seats.move(tx, seat, { state: change.to, pausedBy: change.pausedBy });
    await tx.record({
      action,
      object: { kind: 'seat', id: seat.id },
      ...partiesOf(seat),
      before: { state: change.from },
      after: { state: change.to, pausedBy: change.pausedBy },
      ...(change.reason === null ? {} : { reasons: [change.reason.code], details: { ...change.reason.details } }),
    });
    if (change.cut !== null) {
      await tx.bumpEpoch('seat', seat.id);
      await this.dropWorkspaces(tx, seat);
    }
    if (change.from === 'paused' && change.to === 'active') await this.supersede(tx, seat);
    return changed;
  }

  /** Opens the cutting of a scope: its receipt is worked for until every path is shown to be closed. */
  async openRevocation(tx: Tx, opening: RevocationOpening): Promise<RevocationRow> {
    const row = await this.revocations.insert(tx, {
      id: newId(),
      committedAt: await committedAt(tx, opening.scope),
      seenAt: null,
      scopeKind: opening.scope.kind,
      scopeId: opening.scope.id,
      cause: opening.cause,
      ground: opening.ground,
      reason: opening.reason,
      caseId: opening.caseId,
      seatIds: opening.seats.map(({ id }) => id),
      ...opening.parties,
      state: 'cutting',
      closedAt: null,
      open: this.config.paths.map((path) => ({ path, reason: 'not-reported', detail: null })),
      shown: [],
      receipt: null,
      receiptDigest: null,
    });
    // Whoever holds an older epoch of the scope is refused from the commit on, whatever else the cut consists of.
    await tx.bumpEpoch(opening.scope.kind, opening.scope.id);
    const { unitId, authorisationId, scenarioId } = opening.parties;
    await tx.record({
      action: orderOf(opening),
      object: { kind: 'revocation', id: row.id },
      ...(unitId === null ? {} : { unitId }),
      ...(authorisationId === null ? {} : { authorisationId }),
      ...(scenarioId === null ? {} : { scenarioId }),
      reasons: [opening.ground],
      details: { scope: { ...opening.scope }, cause: opening.cause, seats: row.seatIds },
    });
    await tx.enqueue(cutJob, { key: row.id });
    return row;
  }

  /** What a pause was still to show closed is open again, and rightly so. */
  private async supersede(tx: Tx, seat: SeatRow): Promise<void> {
    for (const row of await this.revocations.passingOf(tx, seat.id)) {
      await this.revocations.supersede(tx, row);
      await tx.cancelWork(cutJob, row.id);
      const details = { open: row.open.map(({ path }) => path) };
      await tx.record({ action: 'revocation.superseded', object: { kind: 'revocation', id: row.id }, ...partiesOf(seat), details });
    }
  }

  /** Takes the workspace off what the zone is to hold; the operator removes it from the cluster. */
  private async dropWorkspaces(tx: Tx, seat: SeatRow): Promise<void> {
    for (const workspace of await this.workspaces.ofSeat(tx, seat.id)) {
      if (workspace.state !== 'planned' && workspace.state !== 'applied') continue;
      await this.workspaces.move(tx, workspace, 'removing');
      await this.desired.drop(tx, seatOwner(seat.id));
      await tx.record({ action: 'workspace.closed', object: { kind: 'workspace', id: workspace.id }, ...partiesOf(seat) });
    }
  }
}

export const partiesOf = (seat: Pick<SeatRow, 'unitId' | 'authorisationId' | 'scenarioId'>) => ({
  unitId: seat.unitId,
  authorisationId: seat.authorisationId,
  scenarioId: seat.scenarioId,
});
/** A person's revocation is an act of its own; every other opening goes under the same name. */
const orderOf = ({ cause, scope }: RevocationOpening): string =>
  cause === 'revoked' && scope.kind === 'person' ? 'revocation.person-ordered' : 'revocation.ordered';
/** Of a revocation of one seat. */
export const revocationParties = (seat: SeatRow): RevocationOpening['parties'] => ({ ...partiesOf(seat), authorityId: seat.authorityId });
