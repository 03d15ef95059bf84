import type { Id, Instant } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Zone } from '../domain/zone.js';
import { CatalogueImageRow } from './entities.js';
import { catalogueImageTable } from './tables.js';

@Injectable()
export class CatalogueRepository {
  private readonly table = catalogueImageTable;

  insert = (tx: Tx, row: Omit<CatalogueImageRow, 'version'>): Promise<CatalogueImageRow> => this.table.insert(tx, row);
  page = (tx: Tx, request: PageRequest): Promise<Page<CatalogueImageRow>> => this.table.page(tx, {}, request);

  async withdraw(tx: Tx, id: Id, at: Instant): Promise<CatalogueImageRow> {
    const row = await this.table.lock(tx, id, 'update');
    return row.withdrawnAt === null ? this.table.update(tx, row, { withdrawnAt: at }) : row;
  }

  /** Images that may run in a zone today, oldest first. */
  async listed(tx: Tx, zone: Zone): Promise<readonly CatalogueImageRow[]> {
    const rows = await managerOf(tx).find(CatalogueImageRow, { where: { withdrawnAt: IsNull() }, order: { id: 'ASC' } });
    return rows.filter((row) => row.zones.includes(zone));
  }
}
