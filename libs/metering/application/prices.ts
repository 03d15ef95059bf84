import { assertSees, newId, personOf, reachOf, type ActContext, type Id } from '#kernel';
import { UnitOfWork, type Page } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { PriceApplied, PricesQuery, SetPrice } from '../contract.js';
import { pricingEntry } from '../domain/entry.js';
import { decidePrice, priceFor } from '../domain/price.js';
import { AgreementsView } from '../persistence/agreements.view.js';
import type { PriceRow } from '../persistence/entities.js';
import { LedgerRepository } from '../persistence/ledger.repository.js';
import { PricesRepository } from '../persistence/prices.repository.js';
import { priceView, type PriceAnswer } from './views.js';
import { refuse } from '../domain/refusals.js';

/** Entries that one act prices at most; what is left is said, and the act repeated. */
const atOnce = 500;

@Injectable()
export class Prices {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly prices: PricesRepository,
    private readonly ledger: LedgerRepository,
    private readonly agreements: AgreementsView,
  ) {}

  /** Sets a new version (META-02): of one agreement by its authority, of the platform by an authority whose region covers every agreement. */
  set(ctx: ActContext, input: z.output<typeof SetPrice>): Promise<PriceAnswer> {
    return this.unitOfWork.run(ctx, async (tx) => {
      if (input.validUntil !== null && input.validUntil < input.validFrom) throw refuse('metering.price-dates');
      await this.mayPrice(ctx, tx, input.authorisationId);
      await this.prices.lockItem(tx, input.item, 'set');
      const same = (await this.prices.versions(tx, input.item, input.authorisationId)).filter(
        ({ authorisationId }) => authorisationId === input.authorisationId,
      );
      const proposed = { ...input, priceFen: BigInt(input.priceFen) };
      decidePrice(same, proposed, ctx.at);
      const person = personOf(ctx.actor);
      const row: PriceRow = { ...proposed, id: newId(), createdAt: ctx.at, setBy: person.personId, organisationId: person.organisationId };
      await this.prices.insert(tx, row);
      await tx.record({
        action: 'price.set',
        object: { kind: 'price', id: row.id },
        ...(row.authorisationId === null ? {} : { authorisationId: row.authorisationId }),
        reasons: [row.legalBasis],
        details: { item: row.item, priceFen: input.priceFen, validFrom: row.validFrom, validUntil: row.validUntil },
      });
      return priceView(row);
    });
  }

  list(ctx: ActContext, query: z.output<typeof PricesQuery>): Promise<Page<PriceAnswer>> {
    return this.unitOfWork.read(ctx, async (tx) => {
      const page = await this.prices.page(tx, query, reachOf(ctx.actor, ctx.at), query);
      return { items: page.items.map(priceView), next: page.next };
    });
  }

  /** Prices the unpriced uses that this version covers: each gets one linked entry, in the first open statement. */
  apply(ctx: ActContext, id: Id): Promise<z.input<typeof PriceApplied>> {
    return this.unitOfWork.run(ctx, async (tx) => {
      const price = await this.prices.find(tx, id);
      if (price === undefined) throw refuse('price.not-found', { id });
      await this.mayPrice(ctx, tx, price.authorisationId);
      await this.prices.lockItem(tx, price.item, 'set');
      const waiting = await this.ledger.unpriced(tx, price.item, price.authorisationId, atOnce);
      const personId = personOf(ctx.actor).personId;
      let priced = 0;
      let amountFen = 0n;
      for (const use of waiting) {
        const versions = await this.prices.versions(tx, price.item, use.authorisationId);
        if (priceFor(versions, price.item, use.authorisationId, use.usedAt)?.id !== price.id) continue;
        const account = await this.ledger.lockAccount(tx, use.authorisationId, 'update');
        const entry = pricingEntry(use, price, { id: newId(), at: ctx.at, closedThrough: account.closedThrough }, personId);
        if (!(await this.ledger.insertOnce(tx, entry))) continue;
        priced += 1;
        amountFen += entry.amountFen ?? 0n;
        await tx.record({
          action: 'charge.priced',
          object: { kind: 'charge', id: entry.id },
          unitId: entry.unitId,
          authorisationId: entry.authorisationId,
          details: { linksId: use.id, priceId: price.id, amountFen: entry.amountFen?.toString() ?? null, month: entry.month },
        });
      }
      const left = (await this.ledger.unpriced(tx, price.item, price.authorisationId, atOnce)).length;
      await tx.record({ action: 'price.applied', object: { kind: 'price', id }, details: { priced, left } });
      return { priceId: id, priced, amountFen: amountFen.toString(), left };
    });
  }

  private async mayPrice(ctx: ActContext, tx: Parameters<AgreementsView['parties']>[0], authorisationId: Id | null): Promise<void> {
    if (authorisationId !== null) {
      const parties = (await this.agreements.parties(tx, authorisationId)) ?? {};
      assertSees(ctx.actor, parties, ctx.at, refuse('metering.agreement-not-found', { id: authorisationId }));
      return;
    }
    const reach = reachOf(ctx.actor, ctx.at);
    if (!reach.everything && (await this.agreements.authoritiesBeyond(tx, reach.authorityIds)) > 0) throw refuse('metering.beyond-region');
  }
}
