import type { Digest, Id, Instant } from '#kernel';
import { instant } from '#platform/database/persistence';
import { RunRow } from '#runs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OutputColumn, Plan, SchemaColumn } from '../contract.js';
import type { ColumnFinding } from '../domain/classify-column.js';
import type { Proof } from '../domain/evidence/examine.js';
import type { LossPreview } from '../domain/loss-preview.js';
import type { PlanState } from '../domain/states.js';

@Entity({ schema: 'desensitisation', name: 'plans' })
export class PlanRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'provider_id', type: 'uuid' }) providerId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ name: 'dataset_id', type: 'uuid' }) datasetId: Id;
  @Column({ name: 'copy_id', type: 'uuid' }) copyId: Id;
  @Column({ type: 'text' }) state: PlanState;
  @Column({ type: 'int' }) revision: number;
  @Column({ type: 'jsonb', nullable: true }) content: Plan | null;
  @Column({ type: 'text', nullable: true }) digest: Digest | null;
  @Column({ type: 'jsonb' }) columns: readonly SchemaColumn[];
  @Column({ type: 'jsonb' }) findings: readonly ColumnFinding[];
  @Column({ type: 'jsonb', nullable: true }) loss: LossPreview | null;
  @Column({ name: 'edited_by', type: 'uuid', nullable: true }) editedBy: Id | null;
  @Column({ name: 'approved_by', type: 'uuid', nullable: true }) approvedBy: Id | null;
  @Column({ name: 'approved_at', type: 'timestamptz', nullable: true, transformer: instant }) approvedAt: Instant | null;
  @Column({ type: 'text', nullable: true }) cause: string | null;
}

@Entity({ schema: 'desensitisation', name: 'runs' })
export class DesensitisationRunRow extends RunRow {
  @Column({ name: 'provider_id', type: 'uuid' }) providerId: Id;
  @Column({ name: 'dataset_id', type: 'uuid' }) datasetId: Id;
  @Column({ name: 'copy_id', type: 'uuid' }) copyId: Id;
  @Column({ name: 'plan_id', type: 'uuid' }) planId: Id;
  @Column({ name: 'plan_revision', type: 'int' }) planRevision: number;
  @Column({ name: 'plan_digest', type: 'text' }) planDigest: Digest;
  @Column({ name: 'plan_content', type: 'jsonb' }) planContent: Plan;
  @Column({ name: 'plan_columns', type: 'jsonb' }) planColumns: readonly SchemaColumn[];
  @Column({ type: 'jsonb', nullable: true }) proof: Proof | null;
  @Column({ type: 'jsonb', nullable: true }) lineage: readonly OutputColumn[] | null;
  @Column({ name: 'rows_in', type: 'int', nullable: true }) rowsIn: number | null;
  @Column({ name: 'rows_out', type: 'int', nullable: true }) rowsOut: number | null;
  @Column({ name: 'key_versions', type: 'jsonb' }) keyVersions: Readonly<Record<string, Id>>;
}

/** A key for pseudonyms, wrapped by the key of its scenario: whoever destroys that one destroys all of these. */
@Entity({ schema: 'desensitisation', name: 'pseudonym_keys' })
export class PseudonymKeyRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ type: 'text' }) purpose: string;
  @Column({ type: 'text' }) wrapped: string;
}

export const desensitisationEntities = [PlanRow, DesensitisationRunRow, PseudonymKeyRow];
