import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { type ActContext, type Clock, holdsRole, type Id, type JsonObject } from '#kernel';
import { JournalSealer, type SealedBox, type Tx, UnitOfWork } from '#platform/database';
import { CLOCK } from '#platform/http';
import { AUDIT_CONFIG, type AuditConfig } from '../config.js';
import type { AuditEntriesQuery, AuditEntryDetail, AuditEntryPage, AuditEntryView } from '../contract.js';
import { standingOf } from '../domain/entry-standing.js';
import { keepUntil } from '../domain/retention.js';
import { visibilityOf } from '../domain/visibility.js';
import { CheckpointsRepository } from '../persistence/checkpoints.repository.js';
import { EntriesRepository, type EntryRow } from '../persistence/entries.repository.js';
import { refuse } from '../domain/refusals.js';

/** Searches and reads the journal, within what the caller may see. */
@Injectable()
export class AuditEntries {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly sealer: JournalSealer,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(AUDIT_CONFIG) private readonly config: AuditConfig,
    private readonly entries: EntriesRepository,
    private readonly checkpoints: CheckpointsRepository,
  ) {}

  list(ctx: ActContext, query: z.output<typeof AuditEntriesQuery>): Promise<z.input<typeof AuditEntryPage>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.entries.page(tx, query, visibilityOf(ctx.actor, this.clock.now()), query);
      return { items: page.items.map(await this.viewer(tx)), next: page.next };
    });
  }

  /** @throws Refusal `audit-entry.not-found`, also for an entry that the caller may not see. */
  detail(ctx: ActContext, id: Id): Promise<z.input<typeof AuditEntryDetail>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const row = await this.row(tx, ctx, id);
      const entry = (await this.viewer(tx))(row);
      const sealed = (JSON.parse(row.canonical) as { personal?: SealedBox }).personal;
      const mayOpen = holdsRole(ctx.actor, 'audit-admin', 'security-admin');
      return { ...entry, personal: mayOpen && sealed !== undefined ? this.sealer.open(row.id, sealed) : null };
    });
  }

  async row(tx: Tx, ctx: ActContext, id: Id): Promise<EntryRow> {
    const row = await this.entries.find(tx, id, visibilityOf(ctx.actor, this.clock.now()));
    if (row === undefined) throw refuse('audit-entry.not-found', { id });
    return row;
  }

  private async viewer(tx: Tx): Promise<(row: EntryRow) => z.input<typeof AuditEntryView>> {
    const signed = (await this.checkpoints.newest(tx))?.size ?? 0;
    const cosigned = (await this.checkpoints.newestCosigned(tx))?.size ?? 0;
    return ({ id, index, recordedAt, canonical }) => ({
      id,
      index,
      standing: standingOf(index, signed, cosigned),
      recordedAt,
      keepUntil: keepUntil(recordedAt, this.config.retentionYears),
      entry: JSON.parse(canonical) as JsonObject,
    });
  }
}
