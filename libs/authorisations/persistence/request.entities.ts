import type { Day, Id, Instant } from '#kernel';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DataRequest, DataRequestItem, RequestedField } from '../domain/data-request.js';
import type { DataRequestItemState } from '../domain/data-request.states.js';
import type { PartnerRecord } from '../domain/partner.js';
import type { PartnerState } from '../domain/partner.states.js';
import type { ScenarioPlan, ScenarioStop, WholeAuthorisationPapers } from '../domain/scenario.js';
import type { ScenarioState } from '../domain/scenario.states.js';

@Entity({ schema: 'authorisations', name: 'scenarios' })
export class ScenarioRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ type: 'text' }) state: ScenarioState;
  @Column({ type: 'jsonb' }) plan: ScenarioPlan;
  @Column({ name: 'whole_authorisation', type: 'jsonb' }) wholeAuthorisation: WholeAuthorisationPapers;
  @Column({ name: 'applicant_id', type: 'uuid' }) applicantId: Id;
  @Column({ type: 'jsonb', nullable: true }) stop: ScenarioStop | null;
  @Column({ name: 'approved_at', type: 'timestamptz', nullable: true, transformer: instant }) approvedAt: Instant | null;
  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true, transformer: instant }) endedAt: Instant | null;
}

@Entity({ schema: 'authorisations', name: 'data_requests' })
export class DataRequestRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ name: 'requester_id', type: 'uuid' }) requesterId: Id;
  @Column({ type: 'int' }) revision: number;
  @Column({ name: 'external_reference', type: 'text', nullable: true }) externalReference: string | null;
  @Column({ name: 'industry_opinion', type: 'jsonb', nullable: true }) industryOpinion: DataRequest['industryOpinion'];
}

@Entity({ schema: 'authorisations', name: 'data_request_items' })
export class DataRequestItemRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'request_id', type: 'uuid' }) requestId: Id;
  /** The revision of the list in which the item was first asked for. */
  @Column({ name: 'since_revision', type: 'int' }) sinceRevision: number;
  /** Place in the list, from 1. */
  @Column({ type: 'int' }) position: number;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ type: 'text' }) state: DataRequestItemState;
  @Column({ name: 'dataset_id', type: 'uuid' }) datasetId: Id;
  @Column({ name: 'provider_id', type: 'uuid' }) providerId: Id;
  @Column({ type: 'jsonb' }) fields: readonly RequestedField[];
  @Column({ type: 'jsonb' }) rows: DataRequestItem['rows'];
  @Column({ type: 'boolean' }) returned: boolean;
  @Column({ type: 'jsonb' }) period: DataRequestItem['period'];
  @Column({ type: 'text' }) frequency: string;
  @Column({ type: 'text' }) use: string;
  @Column({ name: 'upper_consents', type: 'jsonb' }) upperConsents: DataRequestItem['upperConsents'];
  @Column({ type: 'text', nullable: true }) reasons: string | null;
  @Column({ name: 'granted', type: 'jsonb', nullable: true }) grant: DataRequestItem['grant'];
}

@Entity({ schema: 'authorisations', name: 'consents' })
export class ConsentRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ type: 'text' }) service: string;
  @Column({ type: 'text' }) reference: string;
  @Column({ type: 'text' }) subject: string;
  @Column({ type: 'jsonb' }) items: readonly string[];
  @Column({ type: 'text' }) purpose: string;
  @Column({ name: 'expires_on', type: 'date' }) expiresOn: Day;
  @Column({ name: 'withdrawn_at', type: 'timestamptz', nullable: true, transformer: instant }) withdrawnAt: Instant | null;
}

@Entity({ schema: 'authorisations', name: 'admissions' })
export class PartnerRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) kind: PartnerRecord['kind'];
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ name: 'organisation_id', type: 'uuid' }) organisationId: Id;
  @Column({ name: 'parent_id', type: 'uuid', nullable: true }) parentId: Id | null;
  @Column({ type: 'text' }) scope: string;
  @Column({ type: 'date' }) until: Day;
  @Column({ type: 'jsonb' }) files: PartnerRecord['files'];
  @Column({ type: 'int' }) revision: number;
  @Column({ type: 'text' }) state: PartnerState;
  @Column({ name: 'requester_id', type: 'uuid' }) requesterId: Id;
  @Column({ name: 'approved_at', type: 'timestamptz', nullable: true, transformer: instant }) approvedAt: Instant | null;
}
