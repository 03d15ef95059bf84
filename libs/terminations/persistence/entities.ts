import type { Digest, Id, Instant, SignedDocument } from '#kernel';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Confirmation } from '../domain/confirmations.js';
import type { HoldingOutcome } from '../domain/destruction.js';
import type { ExitDecision } from '../domain/exits.js';
import type { Decision, Ground } from '../domain/grounds.js';
import type { Inventory } from '../domain/inventory.js';
import type { LegalHold } from '../domain/legal-hold.js';
import type { RecoveryAttempt } from '../domain/recovery.js';
import type { HoldableState, TerminationScope, TerminationState } from '../domain/termination.js';

@Entity({ schema: 'terminations', name: 'terminations' })
export class TerminationRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) openedAt: Instant;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ name: 'domain_id', type: 'uuid', nullable: true }) domainId: Id | null;
  @Column({ type: 'jsonb' }) scope: TerminationScope;
  @Column({ name: 'scenario_ids', type: 'uuid', array: true }) scenarioIds: Id[];
  @Column({ type: 'text' }) ground: Ground;
  @Column({ type: 'jsonb' }) decision: Decision;
  @Column({ type: 'text' }) state: TerminationState;
  @Column({ name: 'held_from', type: 'text', nullable: true }) heldFrom: HoldableState | null;
  @Column({ name: 'opened_by', type: 'uuid', nullable: true }) openedBy: Id | null;
  @Column({ type: 'jsonb' }) confirmations: Confirmation[];
  @Column({ name: 'revocation_id', type: 'uuid' }) revocationId: Id;
  @Column({ name: 'destroy_by', type: 'timestamptz', transformer: instant }) destroyBy: Instant;
  @Column({ type: 'jsonb', nullable: true }) inventory: Inventory | null;
  @Column({ type: 'jsonb' }) outcomes: HoldingOutcome[];
  @Column({ name: 'recovery_before', type: 'jsonb' }) recoveryBefore: RecoveryAttempt[];
  @Column({ name: 'recovery_after', type: 'jsonb' }) recoveryAfter: RecoveryAttempt[];
  @Column({ name: 'keys_destroyed_at', type: 'timestamptz', nullable: true, transformer: instant }) keysDestroyedAt: Instant | null;
  @Column({ name: 'retry_at', type: 'timestamptz', nullable: true, transformer: instant }) retryAt: Instant | null;
  /** The last signed conclusion: a pending notice, or the certificate. */
  @Column({ type: 'jsonb', nullable: true }) conclusion: SignedDocument | null;
  @Column({ name: 'conclusion_digest', type: 'text', nullable: true }) conclusionDigest: Digest | null;
}

@Entity({ schema: 'terminations', name: 'exits' })
export class ExitRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) listedAt: Instant;
  @Column({ name: 'termination_id', type: 'uuid' }) terminationId: Id;
  @Column({ type: 'text' }) kind: string;
  @Column({ type: 'text' }) ref: string;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ type: 'text', nullable: true }) decision: ExitDecision | null;
  @Column({ name: 'decided_by', type: 'uuid', nullable: true }) decidedBy: Id | null;
  @Column({ name: 'decided_at', type: 'timestamptz', nullable: true, transformer: instant }) decidedAt: Instant | null;
  @Column({ name: 'carried_by', type: 'text', nullable: true }) carriedBy: string | null;
  @Column({ name: 'carried_out', type: 'boolean' }) carriedOut: boolean;
}

@Entity({ schema: 'terminations', name: 'legal_holds' })
export class LegalHoldRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) from: Instant;
  @Column({ name: 'target_kind', type: 'text' }) targetKind: LegalHold['target']['kind'];
  @Column({ name: 'target_id', type: 'uuid' }) targetId: Id;
  @Column({ name: 'ordered_by', type: 'text' }) orderedBy: string;
  @Column({ type: 'text' }) reference: string;
  @Column({ type: 'text' }) reason: string;
  @Column({ type: 'timestamptz', nullable: true, transformer: instant }) until: Instant | null;
  @Column({ name: 'lifted_at', type: 'timestamptz', nullable: true, transformer: instant }) liftedAt: Instant | null;
  @Column({ name: 'lifted_by_reference', type: 'text', nullable: true }) liftedByReference: string | null;
  @Column({ name: 'placed_by', type: 'uuid' }) placedBy: Id;
}

export const terminationsEntities = [TerminationRow, ExitRow, LegalHoldRow];
