import type { Id, Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import type { Hash } from '../domain/merkle.js';
import type { TileRef } from '../domain/tiles.js';
import type { Tile } from '../domain/tree-edge.js';

export interface LogRow {
  readonly origin: string;
  readonly size: number;
}
export interface UnsequencedEntry {
  readonly id: Id;
  readonly canonical: string;
}
export interface CheckpointRow {
  readonly size: number;
  readonly root: Hash;
  /** The log's own note; cosignatures are kept beside it. */
  readonly note: string;
  readonly signedAt: Instant;
}

/** The tree's tables, and the one column of the journal that is filled in later: the entry's place. */
@Injectable()
export class TreeRepository {
  /** Whether this transaction is the sequencer; held until it ends. */
  async claimSequencing(tx: Tx): Promise<boolean> {
    const rows: { mine: boolean }[] = await managerOf(tx).query(
      `SELECT pg_try_advisory_xact_lock(hashtext('opdomain.audit.sequencer')) AS mine`,
    );
    return rows[0]?.mine === true;
  }

  async log(tx: Tx): Promise<LogRow | undefined> {
    const rows: { origin: string; size: string }[] = await managerOf(tx).query('SELECT origin, size FROM audit.log');
    const row = rows[0];
    return row === undefined ? undefined : { origin: row.origin, size: Number(row.size) };
  }

  async begin(tx: Tx, origin: string): Promise<void> {
    await managerOf(tx).query('INSERT INTO audit.log (id, origin) VALUES (1, $1) ON CONFLICT DO NOTHING', [origin]);
  }

  async grow(tx: Tx, size: number): Promise<void> {
    await managerOf(tx).query('UPDATE audit.log SET size = $1', [size]);
  }

  /** Entries that have no place yet, oldest first. Commits reorder, so this asks for "no place" and never for "after the last". */
  unsequenced(tx: Tx, most: number): Promise<UnsequencedEntry[]> {
    return managerOf(tx).query('SELECT id, canonical FROM platform.journal WHERE index IS NULL ORDER BY id LIMIT $1', [most]);
  }

  /** @returns how many got their place; fewer than given means that someone else was at it. */
  async place(tx: Tx, ids: readonly Id[], first: number): Promise<number> {
    const [, count]: [unknown, number] = await managerOf(tx).query(
      `UPDATE platform.journal AS j SET index = $2::bigint + v.at - 1
       FROM unnest($1::uuid[]) WITH ORDINALITY AS v (id, at) WHERE j.id = v.id AND j.index IS NULL`,
      [ids, first],
    );
    return count;
  }

  async saveTiles(tx: Tx, tiles: readonly Tile[]): Promise<void> {
    for (const { level, index, bytes } of tiles)
      await managerOf(tx).query(
        `INSERT INTO audit.tiles (level, index, hashes) VALUES ($1, $2, $3)
         ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes`,
        [level, index, bytes],
      );
  }

  /** A partial tile of any earlier size is the beginning of the tile as it stands. */
  async tiles(tx: Tx, wanted: readonly TileRef[]): Promise<Map<TileRef, Uint8Array>> {
    const found = new Map<TileRef, Uint8Array>();
    if (wanted.length === 0) return found;
    const rows: { level: number; index: string; hashes: Buffer }[] = await managerOf(tx).query(
      `SELECT t.level, t.index, t.hashes FROM audit.tiles t
       JOIN (SELECT DISTINCT * FROM unnest($1::int[], $2::bigint[]) AS w (level, index)) w USING (level, index)`,
      [wanted.map(({ level }) => level), wanted.map(({ index }) => index)],
    );
    const stored = new Map(rows.map((row) => [`${String(row.level)}/${row.index}`, row.hashes]));
    for (const tile of wanted) {
      const hashes = stored.get(`${String(tile.level)}/${String(tile.index)}`);
      if (hashes !== undefined) found.set(tile, hashes.subarray(0, tile.width * 32));
    }
    return found;
  }

  async saveIssued(tx: Tx, issued: readonly { digest: string; index: number }[]): Promise<void> {
    await managerOf(tx).query(
      `INSERT INTO audit.issued (digest, index) SELECT * FROM unnest($1::text[], $2::bigint[]) ON CONFLICT DO NOTHING`,
      [issued.map(({ digest }) => digest), issued.map(({ index }) => index)],
    );
  }

  async indexOfDocument(tx: Tx, digest: string): Promise<number | undefined> {
    const rows: { index: string }[] = await managerOf(tx).query('SELECT index FROM audit.issued WHERE digest = $1 ORDER BY index LIMIT 1', [
      digest,
    ]);
    return rows[0] === undefined ? undefined : Number(rows[0].index);
  }
}
