import type { Id, Instant } from '#kernel';
import type { Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { CanaryRow, DesiredObjectRow } from './entities.js';

/** What zones are to hold on behalf of other contexts, and the canaries. */
@Injectable()
export class DesiredRepository {
  async want(tx: Tx, rows: readonly DesiredObjectRow[]): Promise<void> {
    await managerOf(tx).insert(DesiredObjectRow, [...rows]);
  }

  standing = (tx: Tx, domainId: Id): Promise<DesiredObjectRow[]> =>
    managerOf(tx).find(DesiredObjectRow, { where: { domainId, droppedAt: IsNull() }, order: { createdAt: 'ASC', position: 'ASC' } });

  /** Every row of an owner, dropped ones too. */
  ofOwner = (tx: Tx, ownerId: Id): Promise<DesiredObjectRow[]> => managerOf(tx).find(DesiredObjectRow, { where: { ownerId } });
  ofScenario = (tx: Tx, scenarioId: Id): Promise<DesiredObjectRow[]> => managerOf(tx).find(DesiredObjectRow, { where: { scenarioId } });

  async drop(tx: Tx, owner: { readonly kind: string; readonly id: Id }, at: Instant): Promise<readonly Id[]> {
    const [rows]: [{ domain_id: Id }[], number] = await managerOf(tx).query(
      'UPDATE domains.desired_objects SET dropped_at = $3 WHERE owner_kind = $1 AND owner_id = $2 AND dropped_at IS NULL RETURNING domain_id',
      [owner.kind, owner.id, at],
    );
    return [...new Set(rows.map((row) => row.domain_id))];
  }

  canaries = (tx: Tx, domainId: Id): Promise<CanaryRow[]> =>
    managerOf(tx).find(CanaryRow, { where: { domainId }, order: { place: 'ASC' } });

  async plant(tx: Tx, rows: readonly CanaryRow[]): Promise<void> {
    await managerOf(tx).insert(CanaryRow, [...rows]);
  }
}
