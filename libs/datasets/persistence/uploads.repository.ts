import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { countOpen, managerOf, type OpenCount } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { UploadPart } from '../domain/upload.js';
import { UploadRow } from './entities.js';
import { uploadTable } from './tables.js';

@Injectable()
export class UploadsRepository {
  private readonly table = uploadTable;

  insert = (tx: Tx, row: Omit<UploadRow, 'version'>): Promise<UploadRow> => this.table.insert(tx, row);
  get = (tx: Tx, id: Id): Promise<UploadRow> => this.table.get(tx, id);
  lock = (tx: Tx, id: Id, mode: 'share' | 'update'): Promise<UploadRow> => this.table.lock(tx, id, mode);
  update = (tx: Tx, row: UploadRow, change: Partial<UploadRow>): Promise<UploadRow> => this.table.update(tx, row, change);

  /** Uploads that neither a delivery has taken nor their end: of the person and of the organisation. */
  open = (tx: Tx, organisationId: Id, ownerId: Id): Promise<OpenCount> =>
    countOpen(
      tx,
      'datasets.uploads',
      { person: ['owner_id', ownerId], unit: ['organisation_id', organisationId] },
      'claimed_by IS NULL AND destroyed_at IS NULL',
    );

  async addPart(tx: Tx, uploadId: Id, part: number, stored: { key: string; bytes: number; sha256: string }): Promise<void> {
    await managerOf(tx).query(
      'INSERT INTO datasets.upload_parts (upload_id, part, object_key, bytes, sha256) VALUES ($1, $2, $3, $4, $5)',
      [uploadId, part, stored.key, stored.bytes, stored.sha256],
    );
  }

  /** In order. */
  async stored(tx: Tx, uploadId: Id): Promise<UploadPart[]> {
    const rows: { bytes: string; sha256: string | null }[] = await managerOf(tx).query(
      'SELECT bytes, sha256 FROM datasets.upload_parts WHERE upload_id = $1 ORDER BY part',
      [uploadId],
    );
    return rows.map(({ bytes, sha256 }) => ({ bytes: Number(bytes), sha256 }));
  }

  /** What tells of the bytes goes with them. */
  async forgetDigests(tx: Tx, uploadId: Id): Promise<void> {
    await managerOf(tx).query('UPDATE datasets.upload_parts SET sha256 = NULL WHERE upload_id = $1', [uploadId]);
  }

  /** Keys of the parts' objects, in order. */
  async parts(tx: Tx, uploadId: Id): Promise<string[]> {
    const rows: { object_key: string }[] = await managerOf(tx).query(
      'SELECT object_key FROM datasets.upload_parts WHERE upload_id = $1 ORDER BY part',
      [uploadId],
    );
    return rows.map((row) => row.object_key);
  }
}
