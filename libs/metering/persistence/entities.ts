import type { ChargeItem, Day, Id, Instant } from '#kernel';
import { instant } from '#platform/database/persistence';
import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import type { EntryKind, Side } from '../domain/entry.js';

/** PostgreSQL's bigint comes as text; here it is a bigint, so that no amount passes through a float. */
const whole: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : BigInt(value)),
  to: (value: bigint | null | undefined) => value?.toString() ?? value,
};

@Entity({ schema: 'metering', name: 'prices' })
export class PriceRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ type: 'text' }) item: ChargeItem;
  @Column({ type: 'text' }) unit: string;
  @Column({ name: 'price_fen', type: 'bigint', transformer: whole }) priceFen: bigint;
  @Column({ name: 'valid_from', type: 'date' }) validFrom: Day;
  @Column({ name: 'valid_until', type: 'date', nullable: true }) validUntil: Day | null;
  @Column({ name: 'legal_basis', type: 'text' }) legalBasis: string;
  @Column({ name: 'authorisation_id', type: 'uuid', nullable: true }) authorisationId: Id | null;
  @Column({ name: 'set_by', type: 'uuid' }) setBy: Id;
  @Column({ name: 'organisation_id', type: 'uuid' }) organisationId: Id;
}

@Entity({ schema: 'metering', name: 'accounts' })
export class AccountRow {
  @PrimaryColumn({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'created_at', type: 'timestamptz', transformer: instant }) createdAt: Instant;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  /** Last month that is locked, `YYYY-MM`. */
  @Column({ name: 'closed_through', type: 'text', nullable: true }) closedThrough: string | null;
}

@Entity({ schema: 'metering', name: 'entries' })
export class EntryRow {
  @PrimaryColumn({ type: 'uuid' }) id: Id;
  @Column({ name: 'recorded_at', type: 'timestamptz', transformer: instant }) recordedAt: Instant;
  @Column({ type: 'text' }) side: Side;
  @Column({ type: 'text' }) kind: EntryKind;
  @Column({ name: 'source_kind', type: 'text' }) sourceKind: string;
  @Column({ name: 'source_id', type: 'uuid' }) sourceId: Id;
  @Column({ type: 'text' }) item: string;
  @Column({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @Column({ name: 'scenario_id', type: 'uuid', nullable: true }) scenarioId: Id | null;
  @Column({ name: 'unit_id', type: 'uuid' }) unitId: Id;
  @Column({ type: 'bigint', transformer: whole }) quantity: bigint;
  @Column({ name: 'price_id', type: 'uuid', nullable: true }) priceId: Id | null;
  @Column({ name: 'unit_price_fen', type: 'bigint', nullable: true, transformer: whole }) unitPriceFen: bigint | null;
  @Column({ name: 'amount_fen', type: 'bigint', nullable: true, transformer: whole }) amountFen: bigint | null;
  @Column({ name: 'used_at', type: 'timestamptz', transformer: instant }) usedAt: Instant;
  @Column({ type: 'text' }) month: string;
  @Column({ name: 'links_id', type: 'uuid', nullable: true }) linksId: Id | null;
  @Column({ type: 'text', nullable: true }) reason: string | null;
  @Column({ name: 'recorded_by', type: 'uuid', nullable: true }) recordedBy: Id | null;
}

@Entity({ schema: 'metering', name: 'statements' })
export class StatementRow {
  @PrimaryColumn({ name: 'authorisation_id', type: 'uuid' }) authorisationId: Id;
  @PrimaryColumn({ type: 'text' }) month: string;
  @Column({ name: 'closed_at', type: 'timestamptz', transformer: instant }) closedAt: Instant;
  @Column({ type: 'text' }) digest: string;
  @Column({ name: 'cost_fen', type: 'bigint', transformer: whole }) costFen: bigint;
  @Column({ name: 'income_fen', type: 'bigint', transformer: whole }) incomeFen: bigint;
}

export const meteringEntities = [PriceRow, AccountRow, EntryRow, StatementRow];
