import type { Reach } from '#kernel';
import type { Page, PageRequest, Tx } from '#platform/database';
import { managerOf } from '#platform/database/persistence';
import type { EntityTarget, ObjectLiteral } from 'typeorm';

/** What a person may see of code and runs, newest first: their unit's, and what is under their authority. */
export async function pageWithin<Row extends ObjectLiteral & { id: string }>(
  tx: Tx,
  entity: EntityTarget<Row>,
  reach: Reach,
  scenarioId: string | undefined,
  request: PageRequest,
): Promise<Page<Row>> {
  const limit = Math.min(Math.max(request.limit ?? 50, 1), 200);
  const query = managerOf(tx)
    .createQueryBuilder(entity, 'row')
    .where('(:everything OR row.unitId = ANY(:units) OR row.authorityId = ANY(:authorities))', {
      everything: reach.everything,
      units: reach.unitIds,
      authorities: reach.authorityIds,
    })
    .orderBy('row.id', 'DESC')
    .limit(limit + 1);
  if (scenarioId !== undefined) query.andWhere('row.scenarioId = :scenarioId', { scenarioId });
  if (request.cursor !== undefined) query.andWhere('row.id < :cursor', { cursor: Buffer.from(request.cursor, 'base64url').toString() });
  const rows = await query.getMany();
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? Buffer.from(last.id).toString('base64url') : null };
}
