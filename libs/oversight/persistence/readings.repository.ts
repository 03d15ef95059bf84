import type { Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';

export interface Reading<T> {
  readonly value: T;
  readonly readAt: Instant;
}
type Kind = 'number' | 'evidence';

@Injectable()
export class ReadingsRepository {
  async keep(tx: Tx, kind: Kind, name: string, reach: string, value: unknown, at: Instant): Promise<void> {
    await managerOf(tx).query(
      `INSERT INTO oversight.readings (kind, name, reach, value, read_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (kind, name, reach) DO UPDATE SET value = excluded.value, read_at = excluded.read_at
       WHERE oversight.readings.read_at < excluded.read_at`,
      [kind, name, reach, JSON.stringify(value), at],
    );
  }

  async last<T>(tx: Tx, kind: Kind, name: string, reach: string): Promise<Reading<T> | undefined> {
    const rows: { value: T; read_at: Date }[] = await managerOf(tx).query(
      'SELECT value, read_at FROM oversight.readings WHERE kind = $1 AND name = $2 AND reach = $3',
      [kind, name, reach],
    );
    return rows[0] === undefined ? undefined : { value: rows[0].value, readAt: rows[0].read_at.toISOString() };
  }
}
