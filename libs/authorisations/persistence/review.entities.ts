import type { Day, Digest, Id, Instant } from '#kernel';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ApprovalSubjectKind, Slot } from '../domain/approval.js';
import type { ApprovalState } from '../domain/approval.states.js';
import type { ProfileId, RuleName, ValueOf } from '../domain/jurisdictions/profile.js';
import type { PartyRole } from '../domain/parties.js';
import type { StageBodyState } from '../domain/stage-body.states.js';
import type { WorkingYear } from '../domain/working-days.js';

@Entity({ schema: 'authorisations', name: 'approvals' })
export class ApprovalRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  /** The journalled object that the subject belongs to: an item's request, otherwise the subject itself. */
  @Column({ name: 'owner_id', type: 'uuid' }) ownerId: Id;
  @Column({ name: 'subject_kind', type: 'text' }) subjectKind: ApprovalSubjectKind;
  @Column({ name: 'subject_id', type: 'uuid' }) subjectId: Id;
  @Column({ name: 'subject_revision', type: 'int' }) subjectRevision: number;
  @Column({ type: 'text' }) digest: Digest;
  @Column({ type: 'text' }) state: ApprovalState;
  @Column({ type: 'jsonb' }) slots: readonly Slot[];
  @Column({ name: 'requester_id', type: 'uuid' }) requesterId: Id;
  @Column({ name: 'requester_organisation_ids', type: 'jsonb' }) requesterOrganisationIds: readonly Id[];
}

@Entity({ schema: 'authorisations', name: 'votes' })
export class VoteRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ name: 'approval_id', type: 'uuid' }) approvalId: Id;
  @Column({ name: 'owner_id', type: 'uuid' }) ownerId: Id;
  @Column({ type: 'text' }) slot: string;
  @Column({ name: 'person_id', type: 'uuid' }) personId: Id;
  @Column({ name: 'organisation_id', type: 'uuid' }) organisationId: Id;
  @Column({ name: 'grant_id', type: 'uuid' }) grantId: Id;
  @Column({ type: 'text' }) verdict: 'yes' | 'no';
  @Column({ type: 'text' }) reasons: string;
  @Column({ type: 'text' }) digest: Digest;
  @Column({ name: 'decided_on', type: 'date' }) decidedOn: Day;
  @Column({ name: 'recorded_at', type: 'timestamptz', transformer: instant }) recordedAt: Instant;
  @Column({ type: 'text', nullable: true }) opinion: Digest | null;
}

@Entity({ schema: 'authorisations', name: 'profile_entries' })
export class ProfileEntryRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) profile: ProfileId;
  @Column({ type: 'text' }) rule: RuleName;
  @Column({ type: 'jsonb', nullable: true }) value: ValueOf<RuleName>;
  @Column({ name: 'applies_from', type: 'date' }) from: Day;
  @Column({ type: 'text' }) source: string;
  @Column({ name: 'proposed_by', type: 'uuid' }) proposedBy: Id;
  @Column({ name: 'confirmed_by', type: 'uuid', nullable: true }) confirmedBy: Id | null;
  @Column({ name: 'confirmed_at', type: 'timestamptz', nullable: true, transformer: instant }) confirmedAt: Instant | null;
}

@Entity({ schema: 'authorisations', name: 'superseding_texts' })
export class SupersedingTextRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) profile: ProfileId;
  @Column({ type: 'text' }) title: string;
  @Column({ type: 'date' }) dated: Day;
  @Column({ name: 'applies_from', type: 'date' }) from: Day;
  @Column({ type: 'text' }) source: string;
  @Column({ name: 'proposed_by', type: 'uuid' }) proposedBy: Id;
  @Column({ name: 'confirmed_by', type: 'uuid', nullable: true }) confirmedBy: Id | null;
  @Column({ name: 'confirmed_at', type: 'timestamptz', nullable: true, transformer: instant }) confirmedAt: Instant | null;
}

/** The register of bodies: which organisation is which body of a region. */
@Entity({ schema: 'authorisations', name: 'stage_bodies' })
export class StageBodyRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) state: StageBodyState;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ type: 'text' }) party: PartyRole;
  @Column({ name: 'organisation_id', type: 'uuid' }) organisationId: Id;
  @Column({ type: 'text' }) source: string;
  @Column({ name: 'proposed_by', type: 'uuid' }) proposedBy: Id;
  @Column({ name: 'confirmed_by', type: 'uuid', nullable: true }) confirmedBy: Id | null;
  @Column({ name: 'valid_from', type: 'timestamptz', nullable: true, transformer: instant }) from: Instant | null;
  @Column({ name: 'valid_until', type: 'timestamptz', nullable: true, transformer: instant }) until: Instant | null;
  @Column({ name: 'end_proposed_by', type: 'uuid', nullable: true }) endProposedBy: Id | null;
  @Column({ name: 'ended_by', type: 'uuid', nullable: true }) endedBy: Id | null;
  @Column({ type: 'text', nullable: true }) reason: string | null;
}

@Entity({ schema: 'authorisations', name: 'working_years' })
export class WorkingYearRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'int' }) year: number;
  @Column({ type: 'jsonb' }) holidays: WorkingYear['holidays'];
  @Column({ name: 'make_up_days', type: 'jsonb' }) makeUpDays: WorkingYear['makeUpDays'];
  @Column({ type: 'text' }) source: string;
  @Column({ name: 'proposed_by', type: 'uuid' }) proposedBy: Id;
  @Column({ name: 'confirmed_by', type: 'uuid', nullable: true }) confirmedBy: Id | null;
  @Column({ name: 'confirmed_at', type: 'timestamptz', nullable: true, transformer: instant }) confirmedAt: Instant | null;
}
