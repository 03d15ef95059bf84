import { reachOf, type ActContext, type Id } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, type Change, type Move, type Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { copyTransitions } from '../domain/copy.states.js';
import { Brackets } from 'typeorm';
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

  /** What the actor may see, newest first: a unit its own, a provider what it delivered, an authority what stands under its region (ISO-02). */
  async page(
    tx: Tx,
    { actor, at }: Pick<ActContext, 'actor' | 'at'>,
    where: { scenarioId?: Id | undefined; datasetId?: Id | undefined },
    request: PageRequest,
  ): Promise<Page<DatasetCopyRow>> {
    const limit = Math.min(Math.max(request.limit ?? 50, 1), 200);
    const query = managerOf(tx)
      .createQueryBuilder(DatasetCopyRow, 'copy')
      .orderBy('copy.id', 'DESC')
      .limit(limit + 1);
    if (where.scenarioId !== undefined) query.andWhere('copy.scenario_id = :scenarioId', { scenarioId: where.scenarioId });
    if (where.datasetId !== undefined) query.andWhere('copy.dataset_id = :datasetId', { datasetId: where.datasetId });
    if (request.cursor !== undefined) query.andWhere('copy.id < :cursor', { cursor: idOf(request.cursor) });
    const { everything, unitIds: organisations, authorityIds: authorities } = reachOf(actor, at);
    const grants = actor.kind === 'person' ? actor.grants : [];
    const datasets = grants.flatMap(({ scope }) => (scope.kind === 'dataset' ? [scope.datasetId] : []));
    if (!everything)
      query.andWhere(
        new Brackets((any) => {
          any.where('copy.unit_id = ANY(:organisations)').orWhere('copy.provider_id = ANY(:organisations)');
          any.orWhere('copy.authority_id = ANY(:authorities)').orWhere('copy.dataset_id = ANY(:datasets)');
        }),
        { organisations, authorities, datasets },
      );
    const rows = await query.getMany();
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return { items, next: rows.length > limit && last !== undefined ? Buffer.from(last.id).toString('base64url') : null };
  }

  async addBadRows(tx: Tx, copyId: Id, rows: readonly BadRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += insertBatch)
      await managerOf(tx).insert(
        BadRowRow,
        rows.slice(at, at + insertBatch).map((row) => ({ copyId, ...row })),
      );
  }

  async badRows(tx: Tx, copyId: Id, after: number, limit: number): Promise<BadRow[]> {
    const rows = await managerOf(tx)
      .createQueryBuilder(BadRowRow, 'bad')
      .where('bad.copy_id = :copyId AND bad.line > :after', { copyId, after })
      .orderBy('bad.line', 'ASC')
      .limit(limit)
      .getMany();
    return rows.map(({ line, reason, field }) => ({ line, reason, field }));
  }

  async removeBadRows(tx: Tx, copyId: Id): Promise<void> {
    await managerOf(tx).delete(BadRowRow, { copyId });
  }
}

const idOf = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();
