import type { Digest, Id, Instant } from '#kernel';
import { instant } from '#platform/database/persistence';
import { count, RunRow } from '#runs';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ColumnLineage } from '../contract.js';
import type { CodeInput } from '../domain/code.js';
import type { Interference } from '../domain/interference/interference.js';
import type { Derivation } from '../domain/derivation.js';
import type { SubmissionState } from '../domain/states.js';

/** A copy as a run read it: the data's snapshot, for the lineage that the export gate reads. */
export interface ReadCopy extends CodeInput {
  readonly sha256: Digest;
}

/** What the interference test found of a result that is kept; `named` are columns whose groups are called by identifiers. */
export interface RunInterference {
  readonly identifiers: Interference['identifiers'];
  readonly named: readonly string[];
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
export class CodeRunRow extends RunRow {
  @Column({ name: 'submission_id', type: 'uuid' }) submissionId: Id;
  @Column({ name: 'code_digest', type: 'text' }) codeDigest: Digest;
  @Column({ type: 'text' }) mode: 'production' | 'trial';
  @Column({ type: 'jsonb', nullable: true }) copies: readonly ReadCopy[] | null;
  @Column({ type: 'jsonb', nullable: true }) lineage: readonly ColumnLineage[] | null;
  /** Null for trials, for rows of single subjects, and where there is no result. */
  @Column({ type: 'jsonb', nullable: true }) interference: RunInterference | null;
  @Column({ type: 'bigint', nullable: true, transformer: count }) rows: number | null;
}

export const coderunsEntities = [SubmissionRow, CodeRunRow];
