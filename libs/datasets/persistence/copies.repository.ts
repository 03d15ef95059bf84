import type { Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { keyOf, limitOf, managerOf, pageFrom, type Change, type Move, type Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { copyTransitions } from '../domain/copy.states.js';
import type { BadReason } from '../domain/cell.js';
import { BadRowRow, DatasetCopyRow } from './entities.js';
import { datasetCopyTable } from './tables.js';

export interface BadRow {
  readonly line: number;
  readonly reason: BadReason;
  readonly field: string | null;
}
const insertBatch = 1000;

@Injectable()
export class CopiesRepository {
  private readonly table = datasetCopyTable;

  insert = (tx: Tx, row: Begun<DatasetCopyRow, 'received'>): Promise<DatasetCopyRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<DatasetCopyRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update'): Promise<DatasetCopyRow> => this.table.lock(tx, id, mode);
  update = (tx: Tx, row: DatasetCopyRow, change: Change<DatasetCopyRow>): Promise<DatasetCopyRow> => this.table.update(tx, row, change);
  move = (tx: Tx, row: DatasetCopyRow, change: Move<DatasetCopyRow, typeof copyTransitions>): Promise<DatasetCopyRow> =>
    this.table.move(tx, row, change);
  ofScenario = (tx: Tx, scenarioId: Id): Promise<DatasetCopyRow[]> => this.table.where(tx, { scenarioId });
  ofAuthorisation = (tx: Tx, authorisationId: Id): Promise<DatasetCopyRow[]> => this.table.where(tx, { authorisationId });

  page = (
    tx: Tx,
    { scenarioId, datasetId }: { scenarioId?: Id | undefined; datasetId?: Id | undefined },
    request: PageRequest,
  ): Promise<Page<DatasetCopyRow>> => this.table.page(tx, { scenarioId, datasetId }, request);
  assertSees = (tx: Tx, row: DatasetCopyRow): Promise<void> => this.table.assertSees(tx, row);

  async addBadRows(tx: Tx, copyId: Id, rows: readonly BadRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += insertBatch)
      await managerOf(tx).insert(
        BadRowRow,
        rows.slice(at, at + insertBatch).map((row) => ({ copyId, ...row })),
      );
  }

  async badRows(tx: Tx, copyId: Id, request: PageRequest): Promise<Page<BadRow>> {
    const limit = limitOf(request);
    const after = Number(keyOf(request, 'line') ?? 0);
    const rows = await managerOf(tx)
      .createQueryBuilder(BadRowRow, 'bad')
      .where('bad.copy_id = :copyId AND bad.line > :after', { copyId, after })
      .orderBy('bad.line', 'ASC')
      .limit(limit + 1)
      .getMany();
    const bad = rows.map(({ line, reason, field }) => ({ line, reason, field }));
    return pageFrom(bad, limit, ({ line }) => String(line));
  }

  async removeBadRows(tx: Tx, copyId: Id): Promise<void> {
    await managerOf(tx).delete(BadRowRow, { copyId });
  }
}
