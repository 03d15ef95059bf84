import type { ChargeItem, Id, Reach } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, pageOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { AgreementsView } from './agreements.view.js';
import { PriceRow } from './entities.js';

@Injectable()
export class PricesRepository {
  constructor(private readonly agreements: AgreementsView) {}

  async insert(tx: Tx, row: PriceRow): Promise<void> {
    await managerOf(tx).insert(PriceRow, row);
  }

  find = async (tx: Tx, id: Id): Promise<PriceRow | undefined> => (await managerOf(tx).findOne(PriceRow, { where: { id } })) ?? undefined;

  /** Setting a price and pricing a use of the same item wait for one another until the transaction ends. */
  async lockItem(tx: Tx, item: string, mode: 'set' | 'use'): Promise<void> {
    const lock = mode === 'set' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
    await managerOf(tx).query(`SELECT ${lock}(hashtext('metering.price'), hashtext($1))`, [item]);
  }

  /** Versions of one item: the platform's and one agreement's. */
  versions = (tx: Tx, item: ChargeItem, authorisationId: Id | null): Promise<PriceRow[]> =>
    managerOf(tx).find(PriceRow, {
      where: [{ item, authorisationId: IsNull() }, ...(authorisationId === null ? [] : [{ item, authorisationId }])],
    });

  /** Platform prices are everyone's to see, those of an agreement only for who reaches it. */
  async page(
    tx: Tx,
    filter: { item?: string | undefined; authorisationId?: Id | undefined },
    reach: Reach,
    request: PageRequest,
  ): Promise<Page<PriceRow>> {
    const query = managerOf(tx).createQueryBuilder(PriceRow, 'row');
    if (filter.item !== undefined) query.andWhere('row.item = :item', { item: filter.item });
    if (filter.authorisationId !== undefined)
      query.andWhere('(row.authorisation_id IS NULL OR row.authorisation_id = :agreement)', { agreement: filter.authorisationId });
    if (!reach.everything)
      query.andWhere(`(row.authorisation_id IS NULL OR row.authorisation_id IN (${await this.agreements.reached(tx)}))`, reach);
    return pageOf(query, request);
  }
}
