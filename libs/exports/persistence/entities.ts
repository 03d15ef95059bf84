import type { Digest, Id, Instant, SignedDocument } from '#kernel';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import type { Answer, CheckResult } from '../domain/check.js';
import type { ExportFile, ExportState } from '../domain/export-request.js';
import type { Volume } from '../domain/gate-facts.js';
import type { Lineage } from '../domain/lineage.js';
import type { ExportPolicy, TableDeclaration } from '../domain/policy.js';
import type { ReleaseLink } from '../domain/release.js';
import type { Repair } from '../domain/repair.js';
import type { ReviewBinding } from '../domain/review-binding.js';
import type { ReviewParty, ReviewSlot } from '../domain/review-slots.js';
import type { ItemAnswer } from '../domain/review.js';

/** bigint comes from the driver as text; what is kept in these columns stays below 2^53. */
const wholeNumber: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : Number(value)),
  to: (value: number) => value,
};

/** Where bytes are in quarantine, and which version of them. */
export interface Quarantined {
  readonly objectKey: string;
  readonly objectVersion: string;
  readonly sealedBy: string;
}
export interface QuarantinedFile extends ExportFile, Quarantined {
  readonly evidence?: Pick<ExportFile, 'bytes' | 'digest'> & Quarantined;
}

@Entity({ schema: 'exports', name: 'export_requests' })
export class ExportRequestRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ name: 'requester_id', type: 'uuid' }) requesterId: Id;
  @Column({ type: 'text' }) purpose: string;
  @Column({ type: 'text' }) recipient: string;
  @Column({ type: 'text' }) state: ExportState;
  @Column({ name: 'run_id', type: 'uuid' }) runId: Id;
  @Column({ type: 'jsonb', nullable: true }) declaration: TableDeclaration | null;
  /** The key of this request’s digests, wrapped by the scenario’s key; null until there are files. */
  @Column({ name: 'digest_key', type: 'text', nullable: true }) digestKey: string | null;
  /** Accepted repairs, oldest first. */
  @Column({ type: 'jsonb' }) repairs: readonly Repair<QuarantinedFile>[];
  /** Empty until the result lies in quarantine as the file that may leave. */
  @Column({ type: 'jsonb' }) files: readonly QuarantinedFile[];
  @Column({ type: 'jsonb' }) lineage: Lineage;
  @Column({ type: 'jsonb' }) slots: readonly ReviewSlot[];
  /** Raised whenever a review is voided; checks and decisions belong to one round. */
  @Column({ type: 'int' }) round: number;
  @Column({ type: 'jsonb', nullable: true }) binding: ReviewBinding | null;
  @Column({ name: 'binding_digest', type: 'text', nullable: true }) bindingDigest: Digest | null;
  @Column({ type: 'jsonb', nullable: true }) volume: Volume | null;
  @Column({ name: 'submitted_at', type: 'timestamptz', nullable: true, transformer: instant }) submittedAt: Instant | null;
  @Column({ name: 'released_at', type: 'timestamptz', nullable: true, transformer: instant }) releasedAt: Instant | null;
  @Column({ name: 'released_by', type: 'uuid', nullable: true }) releasedBy: Id | null;
  @Column({ name: 'released_grant_id', type: 'uuid', nullable: true }) releasedGrantId: Id | null;
  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true, transformer: instant }) expiresAt: Instant | null;
  @Column({ type: 'jsonb', nullable: true }) manifest: SignedDocument | null;
  @Column({ name: 'manifest_digest', type: 'text', nullable: true }) manifestDigest: Digest | null;
  @Column({ name: 'end_reason', type: 'text', nullable: true }) endReason: string | null;
}

@Entity({ schema: 'exports', name: 'check_rounds' })
export class CheckRoundRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ name: 'request_id', type: 'uuid' }) requestId: Id;
  @Column({ type: 'int' }) round: number;
  @Column({ type: 'text' }) answer: Answer;
  @Column({ type: 'jsonb' }) policy: ExportPolicy;
  @Column({ type: 'jsonb' }) checks: readonly CheckResult[];
  @Column({ name: 'preview_key', type: 'text' }) previewKey: string;
  @Column({ name: 'preview_version', type: 'text' }) previewVersion: string;
  @Column({ name: 'checked_at', type: 'timestamptz', transformer: instant }) checkedAt: Instant;
}

@Entity({ schema: 'exports', name: 'reviews' })
export class ReviewRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ name: 'request_id', type: 'uuid' }) requestId: Id;
  @Column({ type: 'int' }) round: number;
  @Column({ name: 'reviewer_id', type: 'uuid' }) reviewerId: Id;
  @Column({ name: 'organisation_id', type: 'uuid' }) organisationId: Id;
  @Column({ name: 'grant_id', type: 'uuid' }) grantId: Id;
  @Column({ type: 'text' }) party: ReviewParty;
  @Column({ type: 'text' }) verdict: 'yes' | 'no';
  @Column({ type: 'text' }) reasons: string;
  @Column({ type: 'jsonb' }) answers: readonly ItemAnswer[];
  @Column({ type: 'text' }) binding: Digest;
  @Column({ name: 'decided_at', type: 'timestamptz', transformer: instant }) decidedAt: Instant;
}

@Entity({ schema: 'exports', name: 'release_links' })
export class ReleaseLinkRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) issuedAt: Instant;
  @Column({ name: 'request_id', type: 'uuid' }) requestId: Id;
  @Column({ name: 'file_id', type: 'uuid' }) fileId: Id;
  @Column({ name: 'person_id', type: 'uuid' }) personId: Id;
  @Column({ name: 'expires_at', type: 'timestamptz', transformer: instant }) expiresAt: Instant;
  @Column({ type: 'text' }) state: ReleaseLink['state'];
  @Column({ type: 'int' }) attempts: number;
  @Column({ type: 'bigint', transformer: wholeNumber }) served: number;
}

@Entity({ schema: 'exports', name: 'policies' })
export class PolicyRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) setAt: Instant;
  @Column({ name: 'set_by', type: 'uuid' }) setBy: Id;
  @Column({ type: 'text' }) reason: string;
  @Column({ type: 'jsonb' }) policy: ExportPolicy;
}

@Entity({ schema: 'exports', name: 'budgets' })
export class BudgetRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) setAt: Instant;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ type: 'bigint', transformer: wholeNumber }) bytes: number;
  @Column({ type: 'bigint', transformer: wholeNumber }) rows: number;
  @Column({ type: 'text' }) basis: string;
  @Column({ name: 'set_by', type: 'uuid' }) setBy: Id;
}

export const exportsEntities = [ExportRequestRow, CheckRoundRow, ReviewRow, ReleaseLinkRow, PolicyRow, BudgetRow];
