import type { Id } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { PseudonymKeyRow } from './entities.js';
import { pseudonymKeyTable } from './tables.js';

@Injectable()
export class PseudonymKeysRepository {
  private readonly table = pseudonymKeyTable;

  insert = (tx: Tx, row: Omit<PseudonymKeyRow, 'version'>): Promise<PseudonymKeyRow> => this.table.insert(tx, row);

  async find(tx: Tx, scenarioId: Id, purpose: string): Promise<PseudonymKeyRow | undefined> {
    return (await this.table.where(tx, { scenarioId, purpose }))[0];
  }

  ofScenarios = (tx: Tx, scenarioIds: readonly Id[]): Promise<PseudonymKeyRow[]> =>
    managerOf(tx)
      .createQueryBuilder(PseudonymKeyRow, 'key')
      .where('key.scenarioId = ANY(:scenarioIds)', { scenarioIds })
      .orderBy('key.id')
      .getMany();

  async remove(tx: Tx, id: Id): Promise<void> {
    await managerOf(tx).delete(PseudonymKeyRow, { id });
  }

  /** Makes those who need a key of one scenario wait for each other, so that two runs agree on one. */
  async serialise(tx: Tx, scenarioId: Id): Promise<void> {
    await managerOf(tx).query(`SELECT pg_advisory_xact_lock(hashtextextended('desensitisation.pseudonym-keys/' || $1, 0))`, [scenarioId]);
  }
}
