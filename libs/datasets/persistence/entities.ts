import type { Digest, Id, Instant } from '#kernel';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ValueTransformer } from 'typeorm';
import type { BadReason } from '../domain/cell.js';
import type { CopyState, DatasetState } from '../domain/copy.states.js';
import type { Contact, Custody, FieldProposal, Marking, Origin, UseConditions } from '../domain/dataset.js';
import type { CopyFile, DeliveryFormat, ImportCounts, ImportFailure } from '../domain/dataset-copy.js';
import type { Field, Grade } from '../domain/field.js';

/** bigint comes from the driver as text; what is kept in these columns stays below 2^53. */
const wholeNumber: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : Number(value)),
  to: (value: number | null) => value,
};

@Entity({ schema: 'datasets', name: 'datasets' })
export class DatasetRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) state: DatasetState;
  @Column({ name: 'provider_id', type: 'uuid' }) providerId: Id;
  @Column({ type: 'text' }) name: string;
  @Column({ type: 'text' }) description: string;
  @Column({ type: 'text' }) edition: string;
  @Column({ type: 'text' }) grade: Grade;
  @Column({ type: 'text' }) marking: Marking;
  @Column({ type: 'jsonb' }) custody: Custody;
  @Column({ type: 'jsonb' }) origin: Origin;
  @Column({ name: 'use_conditions', type: 'jsonb' }) useConditions: UseConditions;
  @Column({ type: 'jsonb' }) contact: Contact;
  @Column({ name: 'update_frequency_days', type: 'int', nullable: true }) updateFrequencyDays: number | null;
  @Column({ type: 'jsonb' }) fields: readonly Field[];
  @Column({ name: 'fields_version', type: 'int' }) fieldsVersion: number;
  @Column({ type: 'jsonb', nullable: true }) proposal: FieldProposal | null;
  @Column({ name: 'freeze_reason', type: 'text', nullable: true }) freezeReason: string | null;
}

@Entity({ schema: 'datasets', name: 'dataset_copies' })
export class DatasetCopyRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) state: CopyState;
  @Column({ name: 'dataset_id', type: 'uuid' }) datasetId: Id;
  @Column({ type: 'text' }) edition: string;
  @Column({ name: 'fields_version', type: 'int' }) fieldsVersion: number;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ name: 'provider_id', type: 'uuid' }) providerId: Id;
  @Column({ name: 'delivered_by', type: 'uuid' }) deliveredBy: Id;
  @Column({ name: 'upload_id', type: 'uuid' }) uploadId: Id;
  @Column({ type: 'jsonb' }) format: DeliveryFormat;
  @Column({ name: 'max_bad_share', type: 'double precision' }) maxBadShare: number;
  @Column({ type: 'jsonb', nullable: true }) source: { readonly sha256: Digest; readonly bytes: number } | null;
  @Column({ type: 'jsonb', nullable: true }) counts: ImportCounts | null;
  @Column({ name: 'left_out', type: 'jsonb' }) leftOut: readonly string[];
  @Column({ type: 'jsonb', nullable: true }) file: CopyFile | null;
  @Column({ type: 'jsonb', nullable: true }) failure: ImportFailure | null;
  @Column({ name: 'ready_at', type: 'timestamptz', nullable: true, transformer: instant }) readyAt: Instant | null;
  @Column({ name: 'destroyed_at', type: 'timestamptz', nullable: true, transformer: instant }) destroyedAt: Instant | null;
}

@Entity({ schema: 'datasets', name: 'bad_rows' })
export class BadRowRow {
  @PrimaryColumn({ name: 'copy_id', type: 'uuid' }) copyId: Id;
  @PrimaryColumn({ type: 'bigint', transformer: wholeNumber }) line: number;
  @Column({ type: 'text' }) reason: BadReason;
  @Column({ type: 'text', nullable: true }) field: string | null;
}

@Entity({ schema: 'datasets', name: 'uploads' })
export class UploadRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'owner_id', type: 'uuid' }) ownerId: Id;
  @Column({ name: 'organisation_id', type: 'uuid' }) organisationId: Id;
  @Column({ type: 'bigint', transformer: wholeNumber }) length: number;
  @Column({ name: 'received', type: 'bigint', transformer: wholeNumber }) offset: number;
  @Column({ type: 'int' }) parts: number;
  @Column({ name: 'expires_at', type: 'timestamptz', transformer: instant }) expiresAt: Instant;
  @Column({ name: 'claimed_by', type: 'uuid', nullable: true }) claimedBy: Id | null;
  @Column({ name: 'destroyed_at', type: 'timestamptz', nullable: true, transformer: instant }) destroyedAt: Instant | null;
}

export const datasetsEntities = [DatasetRow, DatasetCopyRow, BadRowRow, UploadRow];
