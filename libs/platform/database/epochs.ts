import type { Id, Instant } from '#kernel';
import type { DataSource } from 'typeorm';
import type { EpochKind } from './tx.js';

export interface EpochAt {
  readonly epoch: number;
  /** When it was last raised; undefined for what was never cut. */
  readonly bumpedAt?: Instant;
}

/** Reads access epochs: the truth that every request compares (proofs: revocation). */
export class EpochReader {
  constructor(private readonly dataSource: DataSource) {}

  async at(kind: EpochKind, id: Id): Promise<EpochAt> {
    const rows: { epoch: string; bumped_at: Date }[] = await this.dataSource.query(
      'SELECT epoch, bumped_at FROM platform.epochs WHERE kind = $1 AND id = $2',
      [kind, id],
    );
    const row = rows[0];
    return row === undefined ? { epoch: 0 } : { epoch: Number(row.epoch), bumpedAt: row.bumped_at.toISOString() };
  }
}
