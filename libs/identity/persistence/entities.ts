import type { Day, Id, Instant, PermissionScope, Role } from '#kernel';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OrganisationKind } from '../domain/organisation.js';
import type { LockGround, LockState } from '../domain/person-lock.js';
import type { RecordKind } from '../domain/personnel.js';
import type { RoleProposalState } from '../domain/role-proposal.states.js';

@Entity({ schema: 'identity', name: 'organisations' })
export class OrganisationRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) kind: OrganisationKind;
  @Column({ type: 'text' }) name: string;
  @Column({ name: 'credit_code', type: 'text' }) creditCode: string;
  @Column({ name: 'parent_id', type: 'uuid', nullable: true }) parentId: Id | null;
  @Column({ name: 'affiliate_ids', type: 'uuid', array: true }) affiliateIds: Id[];
  @Column({ type: 'text', nullable: true }) region: string | null;
}

@Entity({ schema: 'identity', name: 'people' })
export class PersonRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) name: string;
  @Column({ type: 'text' }) issuer: string;
  @Column({ type: 'text' }) subject: string;
  /** Keyed digest of the identity number that stands for the person now. */
  @Column({ name: 'number_mac', type: 'text', nullable: true }) numberMac: string | null;
}

@Entity({ schema: 'identity', name: 'affiliations' })
export class AffiliationRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ name: 'person_id', type: 'uuid' }) personId: Id;
  @Column({ name: 'organisation_id', type: 'uuid' }) organisationId: Id;
  @Column({ name: 'valid_from', type: 'timestamptz', transformer: instant }) from: Instant;
  @Column({ name: 'valid_until', type: 'timestamptz', nullable: true, transformer: instant }) until: Instant | null;
  @Column({ name: 'documented_from', type: 'date', nullable: true }) documentedFrom: Day | null;
}

@Entity({ schema: 'identity', name: 'role_grants' })
export class RoleGrantRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ name: 'person_id', type: 'uuid' }) personId: Id;
  @Column({ type: 'text' }) role: Role;
  @Column({ type: 'jsonb' }) scope: PermissionScope;
  @Column({ name: 'affiliation_id', type: 'uuid', nullable: true }) affiliationId: Id | null;
  @Column({ name: 'proposal_id', type: 'uuid', nullable: true }) proposalId: Id | null;
  @Column({ name: 'valid_from', type: 'timestamptz', transformer: instant }) from: Instant;
  @Column({ name: 'valid_until', type: 'timestamptz', nullable: true, transformer: instant }) until: Instant | null;
}

@Entity({ schema: 'identity', name: 'role_proposals' })
export class RoleProposalRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) state: RoleProposalState;
  @Column({ name: 'person_id', type: 'uuid' }) personId: Id;
  @Column({ type: 'text' }) role: Role;
  @Column({ type: 'jsonb' }) scope: PermissionScope;
  @Column({ name: 'valid_until', type: 'timestamptz', nullable: true, transformer: instant }) until: Instant | null;
  /** The role is to end, not to begin. */
  @Column({ type: 'boolean' }) ends: boolean;
  @Column({ name: 'organisation_id', type: 'uuid' }) organisationId: Id;
  @Column({ name: 'proposed_by', type: 'uuid' }) proposedBy: Id;
  @Column({ name: 'expires_at', type: 'timestamptz', transformer: instant }) expiresAt: Instant;
  @Column({ name: 'settled_by', type: 'uuid', nullable: true }) settledBy: Id | null;
  @Column({ name: 'settled_at', type: 'timestamptz', nullable: true, transformer: instant }) settledAt: Instant | null;
  @Column({ type: 'text', nullable: true }) reason: string | null;
}

@Entity({ schema: 'identity', name: 'personnel_records' })
export class PersonnelRecordRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ name: 'person_id', type: 'uuid' }) personId: Id;
  @Column({ type: 'text' }) kind: RecordKind;
  @Column({ name: 'valid_from', type: 'timestamptz', transformer: instant }) validFrom: Instant;
  @Column({ name: 'documented_from', type: 'date', nullable: true }) documentedFrom: Day | null;
  @Column({ name: 'valid_until', type: 'date', nullable: true }) validUntil: Day | null;
  @Column({ name: 'evidence_digest', type: 'text' }) evidenceDigest: string;
  @Column({ type: 'boolean' }) withdrawn: boolean;
  @Column({ name: 'voided_at', type: 'timestamptz', nullable: true, transformer: instant }) voidedAt: Instant | null;
  @Column({ type: 'jsonb' }) details: Record<string, string>;
}

@Entity({ schema: 'identity', name: 'person_locks' })
export class PersonLockRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'person_id', type: 'uuid' }) personId: Id;
  @Column({ type: 'text' }) state: LockState;
  @Column({ type: 'text' }) ground: LockGround;
  @Column({ type: 'text' }) reason: string;
  @Column({ name: 'locked_at', type: 'timestamptz', transformer: instant }) lockedAt: Instant;
  @Column({ name: 'locked_by', type: 'uuid', nullable: true }) lockedBy: Id | null;
  @Column({ name: 'lifted_at', type: 'timestamptz', nullable: true, transformer: instant }) liftedAt: Instant | null;
  @Column({ name: 'lifted_by', type: 'uuid', nullable: true }) liftedBy: Id | null;
  @Column({ name: 'lift_reason', type: 'text', nullable: true }) liftReason: string | null;
}

/** Whose an identity number is, for good: rows are added and never changed. */
@Entity({ schema: 'identity', name: 'person_numbers' })
export class PersonNumberRow {
  @PrimaryColumn({ name: 'number_mac', type: 'text' }) numberMac: string;
  @Column({ name: 'person_id', type: 'uuid' }) personId: Id;
  @Column({ name: 'verified_at', type: 'timestamptz', transformer: instant }) verifiedAt: Instant;
}

export const identityEntities = [
  OrganisationRow,
  PersonRow,
  PersonNumberRow,
  AffiliationRow,
  RoleGrantRow,
  RoleProposalRow,
  PersonnelRecordRow,
  PersonLockRow,
];
