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

  /** Domains that hold or held anything for each of the owners. */
  async domainsOfOwners(tx: Tx, ownerIds: readonly Id[]): Promise<ReadonlyMap<Id, readonly Id[]>> {
    if (ownerIds.length === 0) return new Map();
    const rows: { owner_id: Id; domain_id: Id }[] = await managerOf(tx).query(
      'SELECT DISTINCT owner_id, domain_id FROM domains.desired_objects WHERE owner_id = ANY($1)',
      [[...ownerIds]],
    );
    const byOwner = Map.groupBy(rows, (row) => row.owner_id);
    return new Map([...byOwner].map(([owner, own]) => [owner, own.map((row) => row.domain_id)]));
  }

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
