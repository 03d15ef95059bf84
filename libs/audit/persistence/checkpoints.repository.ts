import type { Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { CheckpointRow } from './tree.repository.js';

interface Raw {
  size: string;
  root: Buffer;
  note: string;
  signed_at: Date;
}
const rowOf = ({ size, root, note, signed_at }: Raw): CheckpointRow => ({
  size: Number(size),
  root,
  note,
  signedAt: signed_at.toISOString(),
});

export interface CosignedRow {
  readonly size: number;
  readonly at: Instant;
  readonly by: readonly string[];
}

@Injectable()
export class CheckpointsRepository {
  async newest(tx: Tx): Promise<CheckpointRow | undefined> {
    const rows: Raw[] = await managerOf(tx).query('SELECT size, root, note, signed_at FROM audit.checkpoints ORDER BY size DESC LIMIT 1');
    return rows[0] === undefined ? undefined : rowOf(rows[0]);
  }

  async at(tx: Tx, size: number): Promise<CheckpointRow | undefined> {
    const rows: Raw[] = await managerOf(tx).query('SELECT size, root, note, signed_at FROM audit.checkpoints WHERE size = $1', [size]);
    return rows[0] === undefined ? undefined : rowOf(rows[0]);
  }

  /** The newest cosigned checkpoint over an entry, else the newest one over it. */
  async over(tx: Tx, index: number): Promise<CheckpointRow | undefined> {
    const rows: Raw[] = await managerOf(tx).query(
      `SELECT c.size, c.root, c.note, c.signed_at FROM audit.checkpoints c WHERE c.size > $1
       ORDER BY EXISTS (SELECT 1 FROM audit.cosignatures s WHERE s.size = c.size) DESC, c.size DESC LIMIT 1`,
      [index],
    );
    return rows[0] === undefined ? undefined : rowOf(rows[0]);
  }

  async save(tx: Tx, { size, root, note, signedAt }: CheckpointRow): Promise<void> {
    await managerOf(tx).query(
      'INSERT INTO audit.checkpoints (size, root, note, signed_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [size, root, note, signedAt],
    );
  }

  async addCosignature(tx: Tx, size: number, name: string, line: string, at: Instant): Promise<void> {
    await managerOf(tx).query(
      'INSERT INTO audit.cosignatures (size, name, line, cosigned_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      [size, name, line, at],
    );
  }

  /** The witnesses' lines of a checkpoint, to stand below the log's. */
  async cosignatures(tx: Tx, size: number): Promise<string[]> {
    const rows: { line: string }[] = await managerOf(tx).query('SELECT line FROM audit.cosignatures WHERE size = $1 ORDER BY name', [size]);
    return rows.map(({ line }) => line);
  }

  async newestCosigned(tx: Tx): Promise<CosignedRow | undefined> {
    const rows: { size: string; at: Date; by: string[] }[] = await managerOf(tx).query(
      `SELECT size, max(cosigned_at) AS at, array_agg(name ORDER BY name) AS by FROM audit.cosignatures GROUP BY size ORDER BY size DESC LIMIT 1`,
    );
    const row = rows[0];
    return row === undefined ? undefined : { size: Number(row.size), at: row.at.toISOString(), by: row.by };
  }
}
