import type { Digest, Id, Instant } from '#kernel';
import { instant } from '#platform/database/persistence';
import { Column, PrimaryColumn } from 'typeorm';
import type { RunCause } from '../domain/run-cause.js';
import type { RunState } from '../domain/run-states.js';

/** bigint comes as text; a file's bytes and rows fit a number. */
export const count = { from: (value: string | null) => (value === null ? null : Number(value)), to: (value: number | null) => value };

/** What the table of every kind of runs has. */
export abstract class RunRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'scenario_id', type: 'uuid' }) scenarioId: Id;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ type: 'text' }) state: RunState;
  @Column({ name: 'requested_by', type: 'uuid' }) requestedBy: Id;
  @Column({ name: 'started_at', type: 'timestamptz', nullable: true, transformer: instant }) startedAt: Instant | null;
  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true, transformer: instant }) finishedAt: Instant | null;
  @Column({ type: 'jsonb', nullable: true }) cause: RunCause | null;
  @Column({ type: 'text', nullable: true }) engine: string | null;
  @Column({ name: 'object_key', type: 'text', nullable: true }) objectKey: string | null;
  @Column({ name: 'object_version', type: 'text', nullable: true }) objectVersion: string | null;
  @Column({ type: 'text', nullable: true }) sha256: Digest | null;
  @Column({ type: 'bigint', nullable: true, transformer: count }) bytes: number | null;
  @Column({ name: 'destroyed_at', type: 'timestamptz', nullable: true, transformer: instant }) destroyedAt: Instant | null;
}

/** Of a run that has not begun. */
export const nothingYet = {
  startedAt: null,
  finishedAt: null,
  cause: null,
  engine: null,
  objectKey: null,
  objectVersion: null,
  sha256: null,
  bytes: null,
  destroyedAt: null,
} as const;

/** Where a result stands in the object store. */
export interface StoredResult {
  readonly objectKey: string;
  readonly objectVersion: string;
  readonly sha256: Digest;
  readonly bytes: number;
}

/** The result of a run: only one that succeeded has any, until it is destroyed. */
export function resultOf({ state, destroyedAt, objectKey, objectVersion, sha256, bytes }: RunRow): StoredResult | undefined {
  if (state !== 'succeeded' || destroyedAt !== null) return undefined;
  if (objectKey === null || objectVersion === null || sha256 === null || bytes === null) return undefined;
  return { objectKey, objectVersion, sha256, bytes };
}
