import type { Id, Instant } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf, type Change, type Move, type Begun } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { datasetTransitions } from '../domain/copy.states.js';
import type { Field, FieldVersion } from '../domain/field.js';
import { DatasetRow } from './entities.js';
import { datasetTable } from './tables.js';

@Injectable()
export class DatasetsRepository {
  private readonly table = datasetTable;

  insert = (tx: Tx, row: Begun<DatasetRow, 'active'>): Promise<DatasetRow> => this.table.insert(tx, row);
  find = (tx: Tx, id: Id): Promise<DatasetRow | undefined> => this.table.find(tx, id);
  get = (tx: Tx, id: Id): Promise<DatasetRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update'): Promise<DatasetRow> => this.table.lock(tx, id, mode);
  update = (tx: Tx, row: DatasetRow, change: Change<DatasetRow>): Promise<DatasetRow> => this.table.update(tx, row, change);
  move = (tx: Tx, row: DatasetRow, change: Move<DatasetRow, typeof datasetTransitions>): Promise<DatasetRow> =>
    this.table.move(tx, row, change);
  page = (tx: Tx, providerId: Id | undefined, request: PageRequest): Promise<Page<DatasetRow>> =>
    this.table.page(tx, { providerId }, request);

  /** Every list of fields that ever held is kept, with who decided it (CLS-01, CLS-04). */
  async keepFields(
    tx: Tx,
    version: {
      datasetId: Id;
      fieldsVersion: number;
      fields: readonly Field[];
      decidedBy: Id;
      approvedBy: Id | null;
      reason: string;
      decidedAt: Instant;
    },
  ): Promise<void> {
    await managerOf(tx).query(
      `INSERT INTO datasets.field_versions (dataset_id, fields_version, fields, decided_by, approved_by, reason, decided_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        version.datasetId,
        version.fieldsVersion,
        JSON.stringify(version.fields),
        version.decidedBy,
        version.approvedBy,
        version.reason,
        version.decidedAt,
      ],
    );
  }

  /** Every list of fields that was in force, oldest first. */
  async versions(tx: Tx, datasetId: Id): Promise<FieldVersion[]> {
    const rows: { fields: Field[]; approved: boolean }[] = await managerOf(tx).query(
      `SELECT fields, approved_by IS NOT NULL AS approved FROM datasets.field_versions WHERE dataset_id = $1 ORDER BY fields_version`,
      [datasetId],
    );
    return rows;
  }

  async fieldsAt(tx: Tx, datasetId: Id, fieldsVersion: number): Promise<readonly Field[]> {
    const rows: { fields: Field[] }[] = await managerOf(tx).query(
      'SELECT fields FROM datasets.field_versions WHERE dataset_id = $1 AND fields_version = $2',
      [datasetId, fieldsVersion],
    );
    return rows[0]?.fields ?? [];
  }

  /** Figures for the compliance board. */
  async figures(tx: Tx): Promise<{ active: number; undecided: number; stale: number }> {
    const rows: { active: string; undecided: string; stale: string }[] = await managerOf(tx).query(`
      SELECT count(*) AS active,
        count(*) FILTER (WHERE EXISTS (SELECT 1 FROM jsonb_array_elements(fields) field
          WHERE field ->> 'grade' IS NULL OR field ->> 'class' IS NULL OR field ->> 'sensitiveType' IS NULL)) AS undecided,
        count(*) FILTER (WHERE update_frequency_days IS NOT NULL AND coalesce(
          (SELECT max(copy.ready_at) FROM datasets.dataset_copies copy WHERE copy.dataset_id = dataset.id), dataset.created_at)
          + make_interval(days => update_frequency_days) < now()) AS stale
      FROM datasets.datasets dataset WHERE state = 'active'`);
    const [row] = rows;
    return { active: Number(row?.active ?? 0), undecided: Number(row?.undecided ?? 0), stale: Number(row?.stale ?? 0) };
  }
}
