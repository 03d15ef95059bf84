import type { CutScope, Day, Digest, Id, Instant, SignedDocument } from '#kernel';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OpenPath, ShownReport } from '../domain/receipt.js';
import type { RevocationCause, RevocationState } from '../domain/revocation.js';
import type { ConditionName } from '../domain/condition-names.js';
import type { BasisKind, SeatClass, SeatState } from '../domain/seat.js';
import type { WorkspaceState } from '../domain/workspace.js';

@Entity({ schema: 'seats', name: 'seats' })
export class SeatRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) requestedAt: Instant;
  @Column({ name: 'person_id', type: 'uuid' }) personId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ type: 'text' }) class: SeatClass;
  @Column({ name: 'basis_kind', type: 'text' }) basisKind: BasisKind;
  @Column({ name: 'basis_id', type: 'uuid' }) basisId: Id;
  @Column({ name: 'basis_clause', type: 'text' }) basisClause: string;
  @Column({ name: 'ends_on', type: 'date' }) endsOn: Day;
  @Column({ type: 'text' }) state: SeatState;
  @Column({ name: 'paused_by', type: 'text', nullable: true }) pausedBy: ConditionName | null;
  @Column({ name: 'requested_by', type: 'uuid' }) requestedBy: Id;
}

@Entity({ schema: 'seats', name: 'workspaces' })
export class WorkspaceRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) openedAt: Instant;
  @Column({ name: 'seat_id', type: 'uuid' }) seatId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ name: 'domain_id', type: 'uuid' }) domainId: Id;
  @Column({ type: 'text' }) namespace: string;
  @Column({ type: 'text' }) image: string;
  @Column({ type: 'text' }) state: WorkspaceState;
  @Column({ name: 'ends_at', type: 'timestamptz', transformer: instant }) endsAt: Instant;
  /** Since when it is wanted, or wanted away (database clock): what was seen of it before says nothing. */
  @Column({ name: 'wanted_at', type: 'timestamptz', transformer: instant }) wantedAt: Instant;
}

@Entity({ schema: 'seats', name: 'revocations' })
export class RevocationRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) committedAt: Instant;
  @Column({ name: 'scope_kind', type: 'text' }) scopeKind: CutScope['kind'];
  @Column({ name: 'scope_id', type: 'uuid' }) scopeId: Id;
  @Column({ type: 'text' }) cause: RevocationCause;
  @Column({ type: 'text' }) ground: string;
  @Column({ type: 'text', nullable: true }) reason: string | null;
  @Column({ name: 'case_id', type: 'uuid', nullable: true }) caseId: Id | null;
  @Column({ name: 'seat_ids', type: 'uuid', array: true }) seatIds: Id[];
  @Column({ name: 'unit_id', type: 'uuid', nullable: true }) unitId: Id | null;
  @Column({ name: 'authority_id', type: 'uuid', nullable: true }) authorityId: Id | null;
  @Column({ name: 'authorisation_id', type: 'uuid', nullable: true }) authorisationId: Id | null;
  @Column({ name: 'scenario_id', type: 'uuid', nullable: true }) scenarioId: Id | null;
  @Column({ type: 'text' }) state: RevocationState;
  @Column({ name: 'closed_at', type: 'timestamptz', nullable: true, transformer: instant }) closedAt: Instant | null;
  /** When the first attempt read it as committed (database clock). */
  @Column({ name: 'seen_at', type: 'timestamptz', nullable: true, transformer: instant }) seenAt: Instant | null;
  /** Paths that the last attempt did not show to be closed; before the first, all that are expected. */
  @Column({ type: 'jsonb' }) open: OpenPath[];
  /** What closed paths were shown by, in attempts before; they are not asked again. */
  @Column({ type: 'jsonb' }) shown: ShownReport[];
  @Column({ type: 'jsonb', nullable: true }) receipt: SignedDocument | null;
  @Column({ name: 'receipt_digest', type: 'text', nullable: true }) receiptDigest: Digest | null;
}

export const seatsEntities = [SeatRow, WorkspaceRow, RevocationRow];
