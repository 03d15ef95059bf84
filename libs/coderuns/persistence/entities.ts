import type { Digest, Id, Instant } from '#kernel';
import type { RunState } from '#seats/contract';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ColumnLineage } from '../contract.js';
import type { CodeInput } from '../domain/code.js';
import type { RunCause } from '../domain/decisions.js';
import type { Derivation } from '../domain/lineage.js';
import type { SubmissionState } from '../domain/states.js';

/** bigint comes as text; a file's bytes and rows fit a number. */
const count = { from: (value: string | null) => (value === null ? null : Number(value)), to: (value: number | null) => value };

/** A copy as a run read it: the data's snapshot, for the lineage that the export gate reads. */
export interface ReadCopy extends CodeInput {
  readonly sha256: Digest;
}

@Entity({ schema: 'coderuns', name: 'submissions' })
export class SubmissionRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ type: 'text' }) state: SubmissionState;
  @Column({ type: 'text' }) purpose: 'run' | 'train';
  @Column({ type: 'text' }) language: 'sql';
  @Column({ type: 'text' }) title: string;
  @Column({ type: 'text' }) sql: string;
  @Column({ type: 'jsonb' }) inputs: readonly CodeInput[];
  @Column({ type: 'text' }) digest: Digest;
  /** What the result derives from, as read from the code; null where it could not be read column by column. */
  @Column({ type: 'jsonb', nullable: true }) derivations: readonly Derivation[] | null;
  @Column({ name: 'submitted_by', type: 'uuid' }) submittedBy: Id;
  @Column({ name: 'seat_id', type: 'uuid' }) seatId: Id;
  @Column({ name: 'reviewed_by', type: 'uuid', nullable: true }) reviewedBy: Id | null;
  @Column({ name: 'reviewed_at', type: 'timestamptz', nullable: true, transformer: instant }) reviewedAt: Instant | null;
  @Column({ type: 'text', nullable: true }) reasons: string | null;
}

@Entity({ schema: 'coderuns', name: 'runs' })
export class CodeRunRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'submission_id', type: 'uuid' }) submissionId: Id;
  @Column({ name: 'code_digest', type: 'text' }) codeDigest: Digest;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ type: 'text' }) mode: 'production' | 'trial';
  @Column({ type: 'text' }) state: RunState;
  @Column({ name: 'requested_by', type: 'uuid' }) requestedBy: Id;
  @Column({ name: 'started_at', type: 'timestamptz', nullable: true, transformer: instant }) startedAt: Instant | null;
  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true, transformer: instant }) finishedAt: Instant | null;
  @Column({ type: 'jsonb', nullable: true }) cause: RunCause | null;
  @Column({ type: 'jsonb', nullable: true }) copies: readonly ReadCopy[] | null;
  @Column({ type: 'jsonb', nullable: true }) lineage: readonly ColumnLineage[] | null;
  @Column({ type: 'bigint', nullable: true, transformer: count }) rows: number | null;
  @Column({ type: 'bigint', nullable: true, transformer: count }) bytes: number | null;
  @Column({ name: 'object_key', type: 'text', nullable: true }) objectKey: string | null;
  @Column({ name: 'object_version', type: 'text', nullable: true }) objectVersion: string | null;
  @Column({ type: 'text', nullable: true }) sha256: Digest | null;
  @Column({ type: 'text', nullable: true }) engine: string | null;
  @Column({ name: 'destroyed_at', type: 'timestamptz', nullable: true, transformer: instant }) destroyedAt: Instant | null;
}

export const coderunsEntities = [SubmissionRow, CodeRunRow];
