import type { Id } from '#kernel';
import { managerOf } from '#platform/database/persistence';
import type { Page, PageRequest, Tx } from '#platform/database';
import { Injectable } from '@nestjs/common';
import type { Organisation } from '../domain/organisation.js';
import { OrganisationRow } from './entities.js';
import { organisationTable } from './tables.js';

@Injectable()
export class OrganisationsRepository {
  private readonly table = organisationTable;

  insert = (tx: Tx, row: Omit<OrganisationRow, 'version'>): Promise<OrganisationRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<Organisation> => this.table.get(tx, id);
  page = (tx: Tx, kind: OrganisationRow['kind'] | undefined, request: PageRequest): Promise<Page<Organisation>> =>
    this.table.page(tx, { kind }, request);

  ofRegion = (tx: Tx, region: string): Promise<Organisation[]> => this.table.where(tx, { kind: 'authority', region });

  /** An organisation and all below it (ADM-03: authorities form a tree). */
  async subtree(tx: Tx, id: Id): Promise<Id[]> {
    const rows: { id: Id }[] = await managerOf(tx).query(
      `WITH RECURSIVE below AS (
         SELECT id FROM identity.organisations WHERE id = $1
         UNION SELECT child.id FROM identity.organisations child JOIN below ON child.parent_id = below.id)
       SELECT id FROM below`,
      [id],
    );
    return rows.map((row) => row.id);
  }
}
