import type { Digest, Id, Instant } from '#kernel';
import type { KubeObject } from '#platform/kube';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DomainState, OperationDomain, Trouble } from '../domain/operation-domain.js';
import type { Zone, ZoneQuota } from '../domain/zone.js';

@Entity({ schema: 'domains', name: 'operation_domains' })
export class OperationDomainRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ name: 'authority_id', type: 'uuid' }) authorityId: Id;
  @Column({ type: 'text' }) state: DomainState;
  @Column({ name: 'sealed_from', type: 'text', nullable: true }) sealedFrom: OperationDomain['sealedFrom'];
  @Column({ type: 'jsonb' }) quota: ZoneQuota;
  @Column({ name: 'node_pools', type: 'jsonb' }) nodePools: Partial<Record<Zone, string>>;
  @Column({ type: 'jsonb' }) troubles: Trouble[];
  @Column({ type: 'text', nullable: true }) traceparent: string | null;
}

@Entity({ schema: 'domains', name: 'zones' })
export class ZoneRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ name: 'domain_id', type: 'uuid' }) domainId: Id;
  @Column({ type: 'text' }) zone: Zone;
  @Column({ type: 'text' }) namespace: string;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'made_at', type: 'timestamptz', nullable: true, transformer: instant }) madeAt: Instant | null;
  @Column({ name: 'lost_at', type: 'timestamptz', nullable: true, transformer: instant }) lostAt: Instant | null;
  @Column({ name: 'gone_at', type: 'timestamptz', nullable: true, transformer: instant }) goneAt: Instant | null;
}

@Entity({ schema: 'domains', name: 'catalogue_images' })
export class CatalogueImageRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ type: 'int' }) version: number;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) image: string;
  @Column({ type: 'text' }) title: string;
  @Column({ type: 'text' }) purpose: 'workspace' | 'run';
  @Column({ type: 'text', array: true }) zones: Zone[];
  @Column({ name: 'withdrawn_at', type: 'timestamptz', nullable: true, transformer: instant }) withdrawnAt: Instant | null;
}

@Entity({ schema: 'domains', name: 'desired_objects' })
export class DesiredObjectRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ name: 'domain_id', type: 'uuid' }) domainId: Id;
  @Column({ type: 'text' }) zone: Zone;
  @Column({ name: 'owner_kind', type: 'text' }) ownerKind: string;
  @Column({ name: 'owner_id', type: 'uuid' }) ownerId: Id;
  @Column({ name: 'scenario_id', type: 'uuid', nullable: true }) scenarioId: Id | null;
  @Column({ type: 'int' }) position: number;
  @Column({ type: 'jsonb' }) manifest: KubeObject;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'dropped_at', type: 'timestamptz', nullable: true, transformer: instant }) droppedAt: Instant | null;
}

@Entity({ schema: 'domains', name: 'canaries' })
export class CanaryRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ name: 'domain_id', type: 'uuid' }) domainId: Id;
  @Column({ type: 'text' }) place: 'object' | 'secret' | 'row';
  @Column({ type: 'text' }) ref: string;
  @Column({ type: 'text' }) digest: Digest;
  /** Ciphertext under the domain's key, for the row alone: what an attempted recovery tries to read. */
  @Column({ type: 'text', nullable: true }) wrapped: string | null;
  @Column({ name: 'planted_at', type: 'timestamptz', transformer: instant }) plantedAt: Instant;
}

export const domainsEntities = [OperationDomainRow, ZoneRow, CatalogueImageRow, DesiredObjectRow, CanaryRow];
