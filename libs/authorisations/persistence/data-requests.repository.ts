import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { type Change, type Move, type Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { dataRequestItemTransitions } from '../domain/data-request.states.js';
import { DataRequestItemRow, DataRequestRow } from './request.entities.js';
import { dataRequestTable, dataRequestItemTable } from './tables.js';

type New<Row> = Omit<Row, 'version'>;

@Injectable()
export class DataRequestsRepository {
  private readonly requests = dataRequestTable;
  private readonly items = dataRequestItemTable;

  insert = (tx: Tx, row: New<DataRequestRow>): Promise<DataRequestRow> => this.requests.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<DataRequestRow> => this.requests.get(tx, id);
  lock = (tx: Tx, id: Id, mode?: 'update' | 'share'): Promise<DataRequestRow> => this.requests.lock(tx, id, mode);
  update = (tx: Tx, row: DataRequestRow, change: Partial<DataRequestRow>): Promise<DataRequestRow> => this.requests.update(tx, row, change);
  ofAuthorisation = (tx: Tx, authorisationId: Id): Promise<DataRequestRow[]> => this.requests.where(tx, { authorisationId });
  byReference = async (tx: Tx, externalReference: string): Promise<DataRequestRow | undefined> =>
    (await this.requests.where(tx, { externalReference }))[0];

  insertItem = (tx: Tx, row: Begun<DataRequestItemRow, 'draft'>): Promise<DataRequestItemRow> => this.items.insert(tx, row);
  /** Every item of every revision, in the order of the lists. */
  async itemsOf(tx: Tx, requestId: Id): Promise<DataRequestItemRow[]> {
    const items = await this.items.where(tx, { requestId });
    return items.toSorted((a, b) => a.sinceRevision - b.sinceRevision || a.position - b.position);
  }
  lockItem = (tx: Tx, id: Id, mode?: 'update' | 'share'): Promise<DataRequestItemRow> => this.items.lock(tx, id, mode);
  updateItem = (tx: Tx, row: DataRequestItemRow, change: Change<DataRequestItemRow>): Promise<DataRequestItemRow> =>
    this.items.update(tx, row, change);
  moveItem = (
    tx: Tx,
    row: DataRequestItemRow,
    change: Move<DataRequestItemRow, typeof dataRequestItemTransitions>,
  ): Promise<DataRequestItemRow> => this.items.move(tx, row, change);
  inForce = (tx: Tx, scenarioId: Id, datasetId?: Id): Promise<DataRequestItemRow[]> =>
    this.items.where(tx, { scenarioId, state: 'in-force', ...(datasetId === undefined ? {} : { datasetId }) });

  page = (tx: Tx, where: { scenarioId?: Id | undefined }, request: PageRequest): Promise<Page<DataRequestRow>> =>
    this.requests.page(tx, where, request);
  assertSees = (tx: Tx, row: DataRequestRow): Promise<void> => this.requests.assertSees(tx, row);
}
