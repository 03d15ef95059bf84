import { type CutScope, type Id, type Instant, newId } from '#kernel';
import { DesiredObjects, ZonePods } from '#domains';
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

export interface RevocationOpening {
  readonly scope: CutScope;
  readonly cause: RevocationCause;
  readonly ground: string;
  readonly reason: string | null;
  readonly caseId: Id | null;
  /** Where news of an act upstream came here later: when that act said so. The promise runs from there. */
  readonly saidAt?: Instant;
  /** What closed the scope was undone before news of it came here: there is nothing left to show, and access is rightly open. */
  readonly undone?: boolean;
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
    private readonly pods: ZonePods,
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
    if (change.from === 'paused' && change.to === 'active') await this.supersedeOf(tx, seat);
    return changed;
  }

  /** Opens the cutting of a scope: its receipt is worked for until every path is shown to be closed. */
  async openRevocation(tx: Tx, opening: RevocationOpening): Promise<RevocationRow> {
    const row = await this.revocations.insert(tx, {
      id: newId(),
      committedAt: opening.saidAt ?? (await tx.now()),
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
    if (opening.undone !== true) await tx.bumpEpoch(opening.scope.kind, opening.scope.id);
    await tx.record({
      action: orderOf(opening),
      object: { kind: 'revocation', id: row.id },
      ...givenParties(opening.parties),
      reasons: [opening.ground],
      details: { scope: { ...opening.scope }, cause: opening.cause, seats: row.seatIds },
    });
    if (opening.undone === true) return this.supersede(tx, row);
    await this.pods.askWithCut(tx, row.id, row.seatIds);
    await tx.enqueue(cutJob, { key: row.id });
    return row;
  }

  /** A suspension or a stop was lifted: what it was still to show closed, of the whole scope, is open again, and rightly so. */
  async supersedeScope(tx: Tx, scope: CutScope, until: Instant): Promise<void> {
    for (const row of await this.revocations.passingOfScope(tx, scope, until)) await this.supersede(tx, row);
  }

  /** What a pause was still to show closed is open again, and rightly so. */
  private async supersedeOf(tx: Tx, seat: SeatRow): Promise<void> {
    for (const row of await this.revocations.passingOf(tx, seat.id)) await this.supersede(tx, row);
  }

  private async supersede(tx: Tx, row: RevocationRow): Promise<RevocationRow> {
    const superseded = await this.revocations.supersede(tx, row);
    await tx.cancelWork(cutJob, row.id);
    const details = { open: row.open.map(({ path }) => path) };
    await tx.record({ action: 'revocation.superseded', object: { kind: 'revocation', id: row.id }, ...givenParties(row), details });
    return superseded;
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

/** Of a revocation, which may be above them all. */
const givenParties = ({ unitId, authorisationId, scenarioId }: Pick<RevocationRow, 'unitId' | 'authorisationId' | 'scenarioId'>) => ({
  ...(unitId === null ? {} : { unitId }),
  ...(authorisationId === null ? {} : { authorisationId }),
  ...(scenarioId === null ? {} : { scenarioId }),
});
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
