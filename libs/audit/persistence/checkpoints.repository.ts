import type { Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { Custody } from '../domain/checkpoint.js';
import type { Hash } from '../domain/merkle.js';
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
  readonly by: readonly { readonly name: string; readonly key: Custody }[];
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

  /** The newest over an entry that an outside witness cosigned, else the newest that a held one did, else the newest. */
  async over(tx: Tx, index: number): Promise<CheckpointRow | undefined> {
    const rows: Raw[] = await managerOf(tx).query(
      `SELECT c.size, c.root, c.note, c.signed_at FROM audit.checkpoints c
       LEFT JOIN (SELECT s.size, bool_or(NOT w.held) AS external FROM audit.cosignatures s JOIN audit.witnesses w USING (name) GROUP BY s.size) given
         USING (size)
       WHERE c.size > $1 ORDER BY coalesce(given.external, false) DESC, given.size IS NOT NULL DESC, c.size DESC LIMIT 1`,
      [index],
    );
    return rows[0] === undefined ? undefined : rowOf(rows[0]);
  }

  /** Where the keys lie of those that cosigned a checkpoint, one for each. */
  async cosigners(tx: Tx, size: number): Promise<Custody[]> {
    const rows: { held: boolean }[] = await managerOf(tx).query(
      'SELECT w.held FROM audit.cosignatures s JOIN audit.witnesses w USING (name) WHERE s.size = $1',
      [size],
    );
    return rows.map(({ held }) => (held ? 'held' : 'external'));
  }

  /** The largest tree that this witness cosigned. */
  async newestBy(tx: Tx, name: string): Promise<{ readonly size: number; readonly root: Hash } | undefined> {
    const rows: Pick<Raw, 'size' | 'root'>[] = await managerOf(tx).query(
      'SELECT c.size, c.root FROM audit.cosignatures s JOIN audit.checkpoints c USING (size) WHERE s.name = $1 ORDER BY c.size DESC LIMIT 1',
      [name],
    );
    return rows[0] === undefined ? undefined : { size: Number(rows[0].size), root: rows[0].root };
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
    const rows: { size: string; at: Date; by: { name: string; key: Custody }[] }[] = await managerOf(tx).query(
      `SELECT s.size, max(s.cosigned_at) AS at,
         json_agg(json_build_object('name', s.name, 'key', CASE WHEN w.held THEN 'held' ELSE 'external' END) ORDER BY s.name) AS by
       FROM audit.cosignatures s JOIN audit.witnesses w USING (name)
       WHERE s.size = (SELECT max(size) FROM audit.cosignatures) GROUP BY s.size`,
    );
    const row = rows[0];
    return row === undefined ? undefined : { size: Number(row.size), at: row.at.toISOString(), by: row.by };
  }
}
