import type { Day, Digest, Id, Instant } from '#kernel';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AgreementVersion, Consultation, SealUse } from '../domain/agreement.js';
import type { ApplicationFile } from '../domain/application-file.js';
import type { Publicity, Responsible, Returned } from '../domain/authorisation.js';
import type { AuthorisationState } from '../domain/authorisation.states.js';
import type { Deadline } from '../domain/deadline.js';
import type { DrawnUpWith } from '../domain/emergency-plan.js';
import type { EmergencyPlanState } from '../domain/emergency-plan.states.js';
import type { FilingKind, FilingReceipt } from '../domain/filing.js';
import type { SuspensionGround } from '../domain/jurisdictions/profile.js';
import type { Bodies } from '../domain/parties.js';
import type { Assessment, FiledPaper } from '../domain/rectification.js';
import type { RectificationState } from '../domain/rectification.states.js';
import type { GrantMode, Right, Term } from '../domain/rights.js';
import type { Evidence, Extension } from '../domain/suspension.js';
import type { SuspensionState } from '../domain/suspension.states.js';
import type { TermException } from '../domain/term.js';

@Entity({ schema: 'authorisations', name: 'authorisations' })
export class AuthorisationRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ name: 'profile_id', type: 'text' }) profileId: string;
  @Column({ name: 'signed_under', type: 'jsonb', nullable: true }) signedUnder: readonly string[] | null;
  @Column({ name: 'signed_on', type: 'date', nullable: true }) signedOn: Day | null;
  @Column({ type: 'text' }) state: AuthorisationState;
  @Column({ type: 'text' }) field: string;
  @Column({ type: 'jsonb' }) rights: readonly Right[];
  @Column({ name: 'grant_mode', type: 'jsonb', nullable: true }) grantMode: GrantMode | null;
  @Column({ type: 'jsonb' }) term: Term;
  @Column({ name: 'term_exception', type: 'jsonb', nullable: true }) termException: TermException | null;
  @Column({ type: 'jsonb' }) files: readonly ApplicationFile[];
  @Column({ type: 'jsonb', nullable: true }) responsible: Responsible | null;
  @Column({ type: 'int' }) revision: number;
  @Column({ type: 'jsonb' }) bodies: Bodies;
  @Column({ name: 'renews_id', type: 'uuid', nullable: true }) renewsId: Id | null;
  @Column({ name: 'applicant_id', type: 'uuid' }) applicantId: Id;
  @Column({ type: 'jsonb', nullable: true }) returned: Returned | null;
  @Column({ type: 'jsonb', nullable: true }) publicity: Publicity | null;
  @Column({ name: 'in_force_since', type: 'timestamptz', nullable: true, transformer: instant }) inForceSince: Instant | null;
  @Column({ type: 'jsonb', nullable: true }) ended: { readonly ground: string; readonly at: Instant } | null;
}

@Entity({ schema: 'authorisations', name: 'agreement_versions' })
export class AgreementVersionRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ type: 'int' }) revision: number;
  @Column({ type: 'jsonb' }) items: AgreementVersion['items'];
  @Column({ type: 'text', nullable: true }) scan: Digest | null;
  @Column({ type: 'jsonb', nullable: true }) seal: SealUse | null;
  @Column({ type: 'jsonb' }) consultations: readonly Consultation[];
  @Column({ name: 'collective_decision', type: 'text', nullable: true }) collectiveDecision: string | null;
  @Column({ name: 'government_approval', type: 'text', nullable: true }) governmentApproval: string | null;
  @Column({ name: 'proposed_at', type: 'timestamptz', transformer: instant }) proposedAt: Instant;
  @Column({ name: 'in_force_from', type: 'date', nullable: true }) inForceFrom: Day | null;
}

@Entity({ schema: 'authorisations', name: 'emergency_plans' })
export class EmergencyPlanRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ type: 'int' }) revision: number;
  @Column({ type: 'text' }) state: EmergencyPlanState;
  @Column({ type: 'text' }) digest: Digest;
  @Column({ name: 'drawn_up_with', type: 'jsonb' }) drawnUpWith: readonly DrawnUpWith[];
  @Column({ name: 'submitted_by', type: 'uuid' }) submittedBy: Id;
  @Column({ name: 'approved_by', type: 'uuid', nullable: true }) approvedBy: Id | null;
  @Column({ name: 'expires_on', type: 'date', nullable: true }) expiresOn: Day | null;
}

@Entity({ schema: 'authorisations', name: 'deadlines' })
export class FilingRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ type: 'text' }) kind: FilingKind;
  @Column({ type: 'jsonb', nullable: true }) deadline: Deadline | null;
  @Column({ type: 'jsonb', nullable: true }) receipt: FilingReceipt | null;
}

@Entity({ schema: 'authorisations', name: 'suspensions' })
export class SuspensionRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ type: 'text' }) state: SuspensionState;
  @Column({ type: 'text' }) reach: 'domain' | 'data-use';
  @Column({ type: 'text' }) ground: SuspensionGround;
  @Column({ type: 'jsonb' }) evidence: readonly Evidence[];
  @Column({ name: 'imposed_by', type: 'uuid' }) imposedBy: Id;
  @Column({ name: 'imposed_at', type: 'timestamptz', transformer: instant }) imposedAt: Instant;
  @Column({ name: 'decided_on', type: 'date' }) decidedOn: Day;
  @Column({ type: 'jsonb' }) deadline: Deadline;
  @Column({ type: 'jsonb' }) extensions: readonly Extension[];
  @Column({ type: 'text', nullable: true }) outcome: string | null;
}

@Entity({ schema: 'authorisations', name: 'rectifications' })
export class RectificationRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'suspension_id', type: 'uuid' }) suspensionId: Id;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ type: 'text' }) state: RectificationState;
  @Column({ type: 'jsonb', nullable: true }) plan: FiledPaper | null;
  @Column({ type: 'jsonb' }) steps: readonly string[];
  @Column({ type: 'jsonb', nullable: true }) report: FiledPaper | null;
  @Column({ type: 'jsonb', nullable: true }) assessment: Assessment | null;
}
