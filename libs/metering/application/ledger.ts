import { assertSees, endOfDay, newId, personOf, reachOf, type ActContext, type Id, type Usage } from '#kernel';
import { UnitOfWork, type Page, type Tx } from '#platform/database';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { METERING_CONFIG, type MeteringConfig } from '../config.js';
import type { ChargesQuery, DeclareIncome, ReverseCharge } from '../contract.js';
import { correctionEntry, reversalEntry, useEntry, type Entry } from '../domain/entry.js';
import { thousandthsFrom } from '../domain/money.js';
import { closesAt, periodFor } from '../domain/period.js';
import { priceFor } from '../domain/price.js';
import { AgreementsView } from '../persistence/agreements.view.js';
import { LedgerRepository } from '../persistence/ledger.repository.js';
import { PricesRepository } from '../persistence/prices.repository.js';
import { chargeView, type ChargeAnswer } from './views.js';
import { closeMonthsJob } from '../domain/work.js';
import { refuse } from '../domain/refusals.js';

@Injectable()
export class Ledger {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly ledger: LedgerRepository,
    private readonly prices: PricesRepository,
    private readonly agreements: AgreementsView,
    @Inject(METERING_CONFIG) private readonly config: MeteringConfig,
  ) {}

  /** The one charge of a finished use, in the transaction of its event. A repeat of the same source and item changes nothing (META-02). */
  async charge(tx: Tx, usage: Usage): Promise<void> {
    await this.prices.lockItem(tx, usage.item, 'use');
    const account = await this.account(tx, usage);
    const price = priceFor(
      await this.prices.versions(tx, usage.item, usage.authorisationId),
      usage.item,
      usage.authorisationId,
      usage.usedAt,
    );
    const entry = useEntry(usage, price, { id: newId(), at: tx.context.at, closedThrough: account.closedThrough });
    if (await this.ledger.insertOnce(tx, entry)) await this.posted(tx, entry, 'charge.recorded');
  }

  list(ctx: ActContext, query: z.output<typeof ChargesQuery>): Promise<Page<ChargeAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.ledger.page(tx, query, reachOf(ctx.actor, ctx.at), query);
      return { items: page.items.map(chargeView), next: page.next };
    });
  }

  /** Takes a charge back by a linked opposite entry, and writes what should have stood there where that is said (META-02). */
  reverse(
    ctx: ActContext,
    id: Id,
    input: z.output<typeof ReverseCharge>,
  ): Promise<{ reversal: ChargeAnswer; correction: ChargeAnswer | null }> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const entry = await this.ledger.get(tx, id);
      assertSees(ctx.actor, (await this.agreements.parties(tx, entry.authorisationId)) ?? {}, ctx.at, refuse('charge.not-found', { id }));
      // One writer an agreement: two reversals of one charge see one another.
      const account = await this.ledger.lockAccount(tx, entry.authorisationId, 'update');
      const recording = { id: newId(), at: ctx.at, closedThrough: account.closedThrough };
      const reversal = reversalEntry(entry, await this.ledger.about(tx, id), recording, input.reason, personOf(ctx.actor).personId);
      const quantity = input.correctedQuantity === undefined ? undefined : thousandthsFrom(input.correctedQuantity);
      const amountFen = input.correctedAmountFen === undefined || entry.side === 'cost' ? undefined : BigInt(input.correctedAmountFen);
      const correction =
        quantity === undefined && amountFen === undefined
          ? null
          : correctionEntry(
              entry,
              reversal,
              { ...(quantity === undefined ? {} : { quantity }), ...(amountFen === undefined ? {} : { amountFen }) },
              newId(),
            );
      await this.ledger.insertOnce(tx, reversal);
      await this.posted(tx, reversal, 'charge.reversed');
      if (correction !== null) {
        await this.ledger.insertOnce(tx, correction);
        await this.posted(tx, correction, 'charge.recorded');
      }
      return { reversal: chargeView(reversal), correction: correction === null ? null : chargeView(correction) };
    });
  }

  /** Product income of the agreement, listed apart from its costs (META-04). A declaration counts once. */
  declareIncome(ctx: ActContext, input: z.output<typeof DeclareIncome>): Promise<ChargeAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const parties = await this.agreements.parties(tx, input.authorisationId);
      if (parties?.unitId === undefined) throw refuse('metering.agreement-not-found', { id: input.authorisationId });
      assertSees(ctx.actor, { unitId: parties.unitId }, ctx.at, refuse('metering.agreement-not-found', { id: input.authorisationId }));
      const usedAt = new Date(Date.parse(endOfDay(input.earnedOn)) - 1).toISOString();
      const source = { authorisationId: input.authorisationId, unitId: parties.unitId };
      const account = await this.account(tx, source);
      const entry: Entry = {
        ...source,
        id: newId(),
        recordedAt: ctx.at,
        side: 'income',
        kind: 'income',
        sourceKind: 'income-declaration',
        sourceId: input.declarationId,
        item: input.product,
        scenarioId: input.scenarioId,
        quantity: 1000n,
        priceId: null,
        unitPriceFen: null,
        amountFen: BigInt(input.amountFen),
        usedAt,
        month: periodFor(usedAt, account.closedThrough),
        linksId: null,
        reason: null,
        recordedBy: personOf(ctx.actor).personId,
      };
      if (!(await this.ledger.insertOnce(tx, entry))) throw refuse('metering.income-declared', { declarationId: input.declarationId });
      await this.posted(tx, entry, 'income.declared');
      return chargeView(entry);
    });
  }

  private async account(tx: Tx, of: { authorisationId: Id; unitId: Id }): Promise<{ closedThrough: string | null }> {
    const { account, fresh } = await this.ledger.account(tx, of.authorisationId, of.unitId, tx.context.at);
    if (fresh) await tx.record({ action: 'statement.opened', object: { kind: 'statement', id: of.authorisationId }, ...of });
    return account;
  }

  /** The audit entry of a posting, and the order to lock its month when the time has come. */
  private async posted(tx: Tx, entry: Entry, action: string): Promise<void> {
    await tx.record({
      action,
      object: { kind: 'charge', id: entry.id },
      unitId: entry.unitId,
      authorisationId: entry.authorisationId,
      ...(entry.scenarioId === null ? {} : { scenarioId: entry.scenarioId }),
      ...(entry.reason === null ? {} : { reasons: [entry.reason] }),
      details: {
        kind: entry.kind,
        item: entry.item,
        month: entry.month,
        amountFen: entry.amountFen?.toString() ?? null,
        linksId: entry.linksId,
      },
    });
    await tx.enqueue(closeMonthsJob, {
      key: entry.authorisationId,
      unitId: entry.unitId,
      dueAt: closesAt(entry.month, this.config.closeAfterDays),
    });
  }
}
