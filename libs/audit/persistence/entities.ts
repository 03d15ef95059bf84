import { instant } from '#platform/database/persistence';
import type { Id, Instant } from '#kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';

const count = { from: (value: string | null) => (value === null ? null : Number(value)), to: (value: number | null) => value };

@Entity({ schema: 'audit', name: 'witnesses' })
export class WitnessRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) name: string;
  /** C2SP vkey. */
  @Column({ type: 'text' }) key: string;
  /** Whether the key lies in the platform's own key store (for the audit administrator) or outside. */
  @Column({ type: 'boolean' }) held: boolean;
  @Column({ name: 'last_size', type: 'bigint', transformer: count }) lastSize: number;
  @Column({ name: 'last_root', type: 'bytea', nullable: true }) lastRoot: Buffer | null;
}

@Entity({ schema: 'audit', name: 'cases' })
export class AuditCaseRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'requested_by', type: 'uuid' }) requestedBy: Id;
  @Column({ name: 'period_from', type: 'timestamptz', transformer: instant }) from: Instant;
  @Column({ name: 'period_until', type: 'timestamptz', transformer: instant }) until: Instant;
  @Column({ type: 'jsonb' }) filter: Record<string, string>;
  @Column({ type: 'int' }) entries: number;
  @Column({ type: 'text' }) digest: string;
  @Column({ name: 'object_key', type: 'text' }) objectKey: string;
}

export const auditEntities = [WitnessRow, AuditCaseRow];
