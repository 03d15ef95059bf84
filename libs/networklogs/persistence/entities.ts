import type { Digest, Id, Instant } from '#kernel';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Interval } from '../domain/coverage.js';
import type { LogZone } from '../domain/network-event.js';

const count = { from: (value: string | null) => (value === null ? null : Number(value)), to: (value: number | null) => value };

@Entity({ schema: 'networklogs', name: 'segments' })
export class SegmentRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'domain_id', type: 'uuid', nullable: true }) domainId: Id | null;
  @Column({ type: 'text' }) zone: LogZone;
  @Column({ name: 'span_from', type: 'timestamptz', transformer: instant }) from: Instant;
  @Column({ name: 'span_until', type: 'timestamptz', transformer: instant }) until: Instant;
  @Column({ type: 'bigint', transformer: count }) events: number;
  @Column({ type: 'bigint', transformer: count }) lost: number;
  @Column({ type: 'jsonb' }) gaps: Interval[];
  @Column({ type: 'text' }) content: Digest;
  @Column({ type: 'text', nullable: true }) previous: Digest | null;
  @Column({ type: 'text' }) digest: Digest;
  @Column({ name: 'object_key', type: 'text' }) objectKey: string;
  @Column({ name: 'object_version', type: 'text' }) objectVersion: string;
  @Column({ name: 'keep_until', type: 'timestamptz', transformer: instant }) keepUntil: Instant;
  @Column({ name: 'keep_months', type: 'int' }) keepMonths: number;
  @Column({ name: 'terminated_at', type: 'timestamptz', transformer: instant, nullable: true }) terminatedAt: Instant | null;
}

export const networkLogEntities = [SegmentRow];
