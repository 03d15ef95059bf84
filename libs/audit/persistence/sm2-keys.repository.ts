import { Injectable } from '@nestjs/common';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';

@Injectable()
export class Sm2KeysRepository {
  async find(tx: Tx, name: string): Promise<{ point: Buffer; wrapped: string } | undefined> {
    const rows: { point: Buffer; wrapped: string }[] = await managerOf(tx).query(
      'SELECT point, wrapped FROM audit.sm2_keys WHERE name = $1',
      [name],
    );
    return rows[0];
  }

  async add(tx: Tx, name: string, point: Uint8Array, wrapped: string): Promise<void> {
    await managerOf(tx).query('INSERT INTO audit.sm2_keys (name, point, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      name,
      point,
      wrapped,
    ]);
  }
}
